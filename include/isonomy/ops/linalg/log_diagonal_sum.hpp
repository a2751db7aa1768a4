// log_diagonal_sum_batched: half the logarithms of determinants, from Cholesky factors.
#pragma once

#include <limits>
#include <string>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/lanes/scalar.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy {

namespace detail {

/// The natural logarithm of x > 0 or NaN, the same bits everywhere.
[[nodiscard]] ISONOMY_HD inline double fixed_logarithm(double x) {
  constexpr double least_normal = 0x1p-1022, greatest = 0x1.fffffffffffffp1023, ln_of_shift = 0x1.25e4f7b2737fap+5;
  if (!(x <= greatest)) return x;  // infinity and NaN
  if (x >= least_normal) return lanes::logarithm<lanes::Lanes>(x);
  return lanes::logarithm<lanes::Lanes>(x * 0x1p53) - ln_of_shift;
}

/// first(b) = the first element of the diagonal that has no logarithm, where there is to be a sum; else n.
template <class T, MemorySpace Space>
struct FirstNotPositive {
  BatchView<const T, Space> l;
  VectorView<const index_t, Space> info;
  VectorView<index_t, Space> first;

  ISONOMY_HD void operator()(index_t b) const {
    index_t i = 0;
    while (i < l.rows && !(info(b) == 0 && l[b](i, i) <= 0)) ++i;
    first(b) = i;
  }
};

template <class T, MemorySpace Space>
struct SumLogarithms {
  BatchView<const T, Space> l;
  VectorView<const index_t, Space> info;
  VectorView<T, Space> out;
  T missing = std::numeric_limits<T>::quiet_NaN();  // a member, because device code may not call numeric_limits

  ISONOMY_HD void operator()(index_t b) const {
    double sum = 0;
    for (index_t i = 0; i < l.rows && info(b) == 0; ++i) sum += fixed_logarithm(static_cast<double>(l[b](i, i)));
    out(b) = info(b) == 0 ? static_cast<T>(sum) : missing;
  }
};

[[noreturn, gnu::cold, gnu::noinline]] inline void no_logarithm(const char* operation, index_t slot, index_t i) {
  throw ValueError(text::joined({operation, ": element ", std::to_string(i), " of the diagonal of L in slot ",
                                 std::to_string(slot), " is not positive and info(", std::to_string(slot),
                                 ") is 0; it must be positive; give the info of the factorisation"}));
}

}  // namespace detail

namespace op {
/// Sums of the logarithms of diagonals.
struct log_diagonal_sum_batched : Declaration {
  static constexpr const char* name = "log_diagonal_sum_batched";
  using elements = Reals;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, BatchView<const T, typename B::space> l, Input<B, index_t> info,
                                       Output<B, T> out) {
    requires Real<T>;
    B::log_diagonal_sum_batched(c, l, info, out);
  };
  template <class B, class T>
  static constexpr bool derived = Real<T>&& Has<for_each, B>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::log_diagonal_sum_batched(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, BatchView<const T, typename Ctx::space> l, ConstVector<index_t, Ctx> info,
                     VectorView<T, typename Ctx::space> out) {
    using Space = typename Ctx::space;
    Buffer<index_t, typename Ctx::tag> first(ctx, l.batches, name);
    invoke<for_each>(ctx, l.batches, detail::FirstNotPositive<T, Space>{l, info, first.view()});
    const auto look = [&](const auto& found) {
      for (index_t b = 0; b < l.batches; ++b)
        if (found(b) < l.rows) detail::no_logarithm(name, b, found(b));
    };
    if constexpr (std::same_as<Space, HostSpace>)
      look(first.view());
    else
      look(view(to_host(ctx, first)));
    invoke<for_each>(ctx, l.batches, detail::SumLogarithms<T, Space>{l, info, out});
  }
};
}  // namespace op

/// out(b) = the sum of log L_ii over the diagonal of matrix b; half the log determinant of L*transposed(L).
///
/// L holds n x n matrices; info is what the factorisation said, and where it is not 0, out(b) is NaN and L is not read.
/// Any strides. Elements are widened to double, added in double from the first to the last, and rounded once.
///
/// Errors: ShapeError, AliasError, OutOfMemory for an index per matrix, and ValueError naming the first element that is
/// 0 or less while info is 0; out stays as it was. NaN is no error and makes the sum NaN; infinity makes it infinite.
/// O(b n). The logarithms are the library's own: the same bits on every backend.
template <ContextLike Ctx, Real T>
  requires Runs<op::log_diagonal_sum_batched, backend_of<Ctx>, T>
void log_diagonal_sum_batched(Ctx& ctx, std::type_identity_t<BatchView<const T, typename Ctx::space>> l,
                              ConstVector<index_t, Ctx> info, VectorView<T, typename Ctx::space> out) {
  constexpr const char* operation = "log_diagonal_sum_batched";
  check::usable(l, operation, "L");
  check::usable(info, operation, "info");
  check::usable(out, operation, "out");
  check::that(l.rows == l.columns, operation, "L holds matrices of ", check::shape(l.rows, l.columns),
              "; they must be square");
  check::that(info.size == l.batches && out.size == l.batches, operation, "L has ", l.batches, " matrices, info has ",
              info.size, " and out ", out.size, " elements; give one of each per matrix");
  check::distinct(out, operation, "out");
  check::no_overlap(out, l, operation, "out", "L");
  check::no_overlap(out, info, operation, "out", "info");
  begin_operation(ctx, operation);
  invoke<op::log_diagonal_sum_batched, T>(ctx, l, info, out);
}

}  // namespace isonomy
