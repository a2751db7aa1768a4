// Each operation twice, through invoke and as a direct call of the backend's member: compare.sh looks at both.
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/select_k.hpp"

namespace probe {

struct Tag {};
struct Ctx {
  using tag = Tag;
  using space = isonomy::HostSpace;
  isonomy::Control& control();
  const isonomy::Control& control() const;
  isonomy::Counters& counters();
};

}  // namespace probe

/// Members that are elsewhere, so that a call of them is a call, and one that the compiler can see.
template <>
struct isonomy::Backend<probe::Tag> {
  using tag = probe::Tag;
  using space = HostSpace;
  using context = probe::Ctx;
  static constexpr const char* name() { return "probe"; }
  static bool available() noexcept { return true; }

  static void gemm(context&, double, MatrixView<const double>, MatrixView<const double>, double, MatrixView<double>);
  static void select_k(context&, MatrixView<const double>, MatrixView<double>, MatrixView<index_t>);
  static double transform_reduce(context&, VectorView<const double>, double, op::AnyBinary, op::AnyUnary);
  static double transform_reduce(context&, MatrixView<const double>, double, op::AnyBinary, op::AnyUnary);
  static void for_each(context&, index_t, op::AnyIndexed);
  static void fill(context&, VectorView<double> out, double value) {
    for (index_t i = 0; i < out.size; ++i) out(i) = value;
  }
};

using isonomy::index_t;
using isonomy::invoke;
using isonomy::MatrixView;
using isonomy::VectorView;
using Probe = isonomy::Backend<probe::Tag>;
namespace op = isonomy::op;

extern "C" {

void invoked_gemm(probe::Ctx& ctx, MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  invoke<op::gemm, double>(ctx, 2.0, a, b, 3.0, out);
}
void direct_gemm(probe::Ctx& ctx, MatrixView<const double> a, MatrixView<const double> b, MatrixView<double> out) {
  Probe::gemm(ctx, 2.0, a, b, 3.0, out);
}

void invoked_select_k(probe::Ctx& ctx, MatrixView<const double> x, MatrixView<double> v, MatrixView<index_t> i) {
  invoke<op::select_k, double>(ctx, x, v, i);
}
void direct_select_k(probe::Ctx& ctx, MatrixView<const double> x, MatrixView<double> v, MatrixView<index_t> i) {
  Probe::select_k(ctx, x, v, i);
}

double invoked_transform_reduce(probe::Ctx& ctx, VectorView<const double> x) {
  return invoke<op::transform_reduce, double>(ctx, x, 1.0, op::AnyBinary{}, op::AnyUnary{});
}
double direct_transform_reduce(probe::Ctx& ctx, VectorView<const double> x) {
  return Probe::transform_reduce(ctx, x, 1.0, op::AnyBinary{}, op::AnyUnary{});
}

void invoked_for_each(probe::Ctx& ctx, index_t n) { invoke<op::for_each>(ctx, n, op::AnyIndexed{}); }
void direct_for_each(probe::Ctx& ctx, index_t n) { Probe::for_each(ctx, n, op::AnyIndexed{}); }

void invoked_fill(probe::Ctx& ctx, VectorView<double> out) { invoke<op::fill, double>(ctx, out, 5.0); }
void direct_fill(probe::Ctx& ctx, VectorView<double> out) { Probe::fill(ctx, out, 5.0); }
}
