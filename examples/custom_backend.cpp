// A gemm of your own in place of the host's, used by all that is built on gemm, checked by the conformance kit.
#include <iostream>

#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/isonomy.hpp"

namespace acme {

/// Names the backend in templates.
struct Plain {};

}  // namespace acme

/// Operations are static members. This backend has one, and works on the memory and the contexts of the host.
template <>
struct isonomy::Backend<acme::Plain> {
  using tag = acme::Plain;
  using space = isonomy::HostSpace;
  using context = isonomy::Context<isonomy::Cpu>;
  static constexpr const char* name() { return "acme::Plain"; }
  static bool available() noexcept { return true; }

  /// Front doors have checked shapes and overlap; beta == 0 must not read out.
  template <isonomy::Real T>
  static void gemm(context& ctx, T alpha, isonomy::MatrixView<const T> a, isonomy::MatrixView<const T> b, T beta,
                   isonomy::MatrixView<T> out) {
    for (isonomy::index_t i = 0; i < out.rows; ++i)
      for (isonomy::index_t j = 0; j < out.columns; ++j) {
        if (ctx.control().stop.stop_requested()) throw isonomy::Cancelled("gemm");
        T sum = 0;
        for (isonomy::index_t k = a.columns; k-- > 0;) sum += a(i, k) * b(k, j);  // any order is within the bound
        out(i, j) = beta == 0 ? alpha * sum : alpha * sum + beta * out(i, j);
      }
  }
};

namespace acme {

/// The host with two operations taken from Plain, which declines syrk: the library then builds it from Plain's gemm.
using Backend = isonomy::Override<isonomy::Cpu, Plain, isonomy::op::gemm, isonomy::op::syrk>;

}  // namespace acme

int main() {
  isonomy::Context<acme::Backend> ctx;
  isonomy::Matrix<double, acme::Backend> a(ctx, 2, 2), out(ctx, 2, 2);
  isonomy::iota(ctx, isonomy::VectorView<double>(a.data(), 4), 1.0);
  isonomy::syrk(ctx, 1.0, a.view(), 0.0, out.view());
  std::cout << "transposed(A)*A = " << out.view()(0, 0) << " " << out.view()(0, 1) << " " << out.view()(1, 1) << "\n";

  // What was replaced, and what is built on it. conformance::run_all<acme::Backend>(ctx) of conformance/run.hpp checks
  // every operation; it takes a minute to compile.
  isonomy::conformance::Report report{isonomy::Backend<acme::Backend>::name()};
  isonomy::conformance::run_operation<isonomy::op::gemm, acme::Backend>(ctx, report);
  isonomy::conformance::run_operation<isonomy::op::syrk, acme::Backend>(ctx, report);
  std::cout << report << (report.ok() ? "conforms\n" : "does not conform\n");
  return report.ok() ? 0 : 1;
}
