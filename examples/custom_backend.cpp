// A backend of your own: it takes over all of Backend<Cpu>, replaces gemm, and is checked by the conformance kit.
#include <iostream>

#include "isonomy/conformance/cases/gemm.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/isonomy.hpp"

namespace acme {

/// Names the backend in templates: Context<acme::Plain>, Matrix<double, acme::Plain>.
struct Plain {};

/// The state of one computation. Another tag on the host's context is enough here.
struct PlainContext : isonomy::cpu::Context {
  using tag = Plain;
  using isonomy::cpu::Context::Context;
};

}  // namespace acme

/// Operations are static members. An operation that is declared here hides all inherited forms of that name.
template <>
struct isonomy::Backend<acme::Plain> : isonomy::Backend<isonomy::Cpu> {
  using tag = acme::Plain;
  using context = acme::PlainContext;
  static constexpr const char* name() { return "acme::Plain"; }

  /// Front doors have checked shapes and overlap; beta == 0 must not read out.
  template <isonomy::Real T>
  static void gemm(acme::PlainContext&, T alpha, isonomy::MatrixView<const T> a, isonomy::MatrixView<const T> b, T beta,
                   isonomy::MatrixView<T> out) {
    for (isonomy::index_t i = 0; i < out.rows; ++i)
      for (isonomy::index_t j = 0; j < out.columns; ++j) {
        T sum = 0;
        for (isonomy::index_t k = a.columns; k-- > 0;) sum += a(i, k) * b(k, j);  // any order is within the bound
        out(i, j) = beta == 0 ? alpha * sum : alpha * sum + beta * out(i, j);
      }
  }
  /// Declined, so that the library's generic form runs on the gemm above.
  static void syrk() = delete;
};

int main() {
  acme::PlainContext ctx;
  isonomy::Matrix<double, acme::Plain> a(ctx, 2, 2), out(ctx, 2, 2);
  isonomy::iota(ctx, isonomy::VectorView<double>(a.data(), 4), 1.0);
  isonomy::syrk(ctx, 1.0, a.view(), 0.0, out.view());
  std::cout << "transposed(A)*A = " << out.view()(0, 0) << " " << out.view()(0, 1) << " " << out.view()(1, 1) << "\n";

  // What was replaced, and what is built on it. conformance::run_all<acme::Plain>(ctx) of conformance/run.hpp checks
  // every operation; it takes a minute to compile.
  isonomy::conformance::Report report{"acme::Plain"};
  isonomy::conformance::run_operation<isonomy::op::gemm, acme::Plain>(ctx, report);
  isonomy::conformance::run_operation<isonomy::op::syrk, acme::Plain>(ctx, report);
  std::cout << report << (report.ok() ? "conforms\n" : "does not conform\n");
  return report.ok() ? 0 : 1;
}
