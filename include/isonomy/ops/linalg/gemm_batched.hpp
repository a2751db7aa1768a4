// gemm_batched: the product of each two matrices of two batches.
#pragma once

#include <cmath>
#include <optional>
#include <tuple>
#include <type_traits>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/operation.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/ops/linalg/gemm.hpp"

namespace isonomy {

namespace op {
/// Products of batches.
struct gemm_batched : Declaration {
  static constexpr const char* name = "gemm_batched";
  using elements = Reals;
  /// As gemm, in each matrix.
  using tier = gemm::tier;
  template <class B, class T>
  static constexpr bool own = requires(ContextOf<B>& c, T s, BatchView<const T, typename B::space> a,
                                       BatchView<T, typename B::space> out) {
    requires Real<T>;
    B::gemm_batched(c, s, a, a, s, out);
  };
  template <class B, class T>
  static constexpr bool derived = Has<gemm, B, T>;
  template <class B, class... A>
  static void call(A&&... arguments) {
    B::gemm_batched(std::forward<A>(arguments)...);
  }
  template <class Ctx, class T>
  static void derive(Ctx& ctx, T alpha, BatchView<const T, typename Ctx::space> a,
                     BatchView<const T, typename Ctx::space> b, T beta, BatchView<T, typename Ctx::space> out) {
    for (index_t slot = 0; slot < out.batches; ++slot) invoke<gemm, T>(ctx, alpha, a[slot], b[slot], beta, out[slot]);
  }
  /// The first element beyond the bound of gemm.
  template <class Arguments>
  static std::optional<Deviation> deviation(const Arguments& before, const Arguments& got, const Arguments& expected) {
    const auto& [alpha, a, b, beta, old] = before;
    const auto& value = std::get<4>(got);
    const auto& reference = std::get<4>(expected);
    using T = std::remove_cvref_t<decltype(alpha)>;
    for (index_t slot = 0; slot < old.batches; ++slot)
      for (index_t j = 0; j < old.columns; ++j)
        for (index_t i = 0; i < old.rows; ++i) {
          const T ours = value[slot](i, j), theirs = reference[slot](i, j);
          if (ours == theirs || (ours != ours && theirs != theirs)) continue;
          const Reduction r = gemm::reduction<T>(i, j, alpha, a[slot], b[slot], beta, old[slot]);
          const double bound = tier::bound<T>(r.length, r.scale);
          if (!(std::abs(double{ours} - double{theirs}) <= bound))
            return Deviation{2, slot, i, j, double{ours}, double{theirs}, bound};
        }
    return std::nullopt;
  }
};
}  // namespace op

/// out[s] = alpha*(A[s]*B[s]) + beta*out[s] for every s, as gemm.
///
/// A is b x m x k, B is b x k x n, out is b x m x n; any strides, a batch stride of 0 in A or B for one matrix in all
/// products. The generic form calls gemm for each.
///
/// Errors: ShapeError where extents or numbers of matrices disagree, AliasError where out overlaps A or B, OutOfMemory
/// for the workspace of packed copies, on Backend<Cpu> those of as many small products as run at once. O(bmnk).
///
/// Deterministic: on Backend<Cpu> each matrix has the bits of gemm; other backends agree within op::gemm::tier.
template <ContextLike Ctx, Real T>
  requires Runs<op::gemm_batched, backend_of<Ctx>, T>
void gemm_batched(Ctx& ctx, std::type_identity_t<T> alpha,
                  BatchView<const std::type_identity_t<T>, typename Ctx::space> a,
                  BatchView<const std::type_identity_t<T>, typename Ctx::space> b, std::type_identity_t<T> beta,
                  BatchView<T, typename Ctx::space> out) {
  constexpr const char* operation = "gemm_batched";
  check::usable(a, operation, "A");
  check::usable(b, operation, "B");
  check::usable(out, operation, "out");
  check::that(a.batches == out.batches && b.batches == out.batches, operation, "A has ", a.batches, " matrices, B ",
              b.batches, " and out ", out.batches, "; they must be equal");
  detail::check_product(operation, a[0], b[0], out[0]);
  check::distinct(out, operation, "out");
  check::no_overlap(out, a, operation, "out", "A");
  check::no_overlap(out, b, operation, "out", "B");
  begin_operation(ctx, operation);
  invoke<op::gemm_batched, T>(ctx, alpha, a, b, beta, out);
}

}  // namespace isonomy
