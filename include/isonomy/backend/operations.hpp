// The operations of the trait: a tag and a concept each, and the capability table derived from them.
#pragma once

#include <array>
#include <tuple>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy {

/// `core`: every backend supplies it. `derived`: the library builds it from core operations; a backend may replace it.
enum class OperationKind { core, derived };

namespace op {

struct for_each {
  static constexpr const char* name = "for_each";
  static constexpr auto kind = OperationKind::core;
};
struct copy {
  static constexpr const char* name = "copy";
  static constexpr auto kind = OperationKind::core;
};
struct fill {
  static constexpr const char* name = "fill";
  static constexpr auto kind = OperationKind::core;
};
struct iota {
  static constexpr const char* name = "iota";
  static constexpr auto kind = OperationKind::core;
};
struct transform {
  static constexpr const char* name = "transform";
  static constexpr auto kind = OperationKind::core;
};
struct transform_reduce {
  static constexpr const char* name = "transform_reduce";
  static constexpr auto kind = OperationKind::core;
};
struct segmented_reduce {
  static constexpr const char* name = "segmented_reduce";
  static constexpr auto kind = OperationKind::core;
};
struct stable_sort_by_key {
  static constexpr const char* name = "stable_sort_by_key";
  static constexpr auto kind = OperationKind::core;
};
struct rank_average {
  static constexpr const char* name = "rank_average";
  static constexpr auto kind = OperationKind::derived;
};
struct gemm {
  static constexpr const char* name = "gemm";
  static constexpr auto kind = OperationKind::core;
};
struct syrk {
  static constexpr const char* name = "syrk";
  static constexpr auto kind = OperationKind::derived;
};
struct cholesky_batched {
  static constexpr const char* name = "cholesky_batched";
  static constexpr auto kind = OperationKind::core;
};
struct select_k {
  static constexpr const char* name = "select_k";
  static constexpr auto kind = OperationKind::core;
};
struct joint_residue_counts {
  static constexpr const char* name = "joint_residue_counts";
  static constexpr auto kind = OperationKind::derived;
};
struct residue_rank_sums {
  static constexpr const char* name = "residue_rank_sums";
  static constexpr auto kind = OperationKind::derived;
};
struct mixture_sums {
  static constexpr const char* name = "mixture_sums";
  static constexpr auto kind = OperationKind::derived;
};
struct weighted_mixture_sums {
  static constexpr const char* name = "weighted_mixture_sums";
  static constexpr auto kind = OperationKind::derived;
};
struct multivariate_mixture_sums {
  static constexpr const char* name = "multivariate_mixture_sums";
  static constexpr auto kind = OperationKind::derived;
};

/// Everything the library dispatches; the conformance kit must have rows for each.
using all = std::tuple<for_each, copy, fill, iota, transform, transform_reduce, segmented_reduce, stable_sort_by_key,
                       rank_average, gemm, syrk, cholesky_batched, select_k, joint_residue_counts, residue_rank_sums,
                       mixture_sums, weighted_mixture_sums, multivariate_mixture_sums>;

}  // namespace op

/// Stand-ins for user functors when a concept asks whether an operation exists.
namespace detail {
struct AnyIndexed {
  ISONOMY_HD void operator()(index_t) const {}
};
struct AnyUnary {
  template <class T>
  ISONOMY_HD T operator()(T x) const {
    return x;
  }
};
struct AnyBinary {
  template <class T>
  ISONOMY_HD T operator()(T a, T) const {
    return a;
  }
};
template <class B, class T>
using In = VectorView<const T, typename B::space>;
template <class B, class T>
using Out = VectorView<T, typename B::space>;
template <class B, class T>
using MatrixIn = MatrixView<const T, typename B::space>;
template <class B, class T>
using MatrixOut = MatrixView<T, typename B::space>;
template <class B>
using ContextOf = typename B::context;
}  // namespace detail

template <class B>
concept HasForEach = BackendLike<B> && requires(detail::ContextOf<B>& c, detail::AnyIndexed f) {
  B::for_each(c, index_t{}, f);
};
template <class B, class T>
concept HasCopy = BackendLike<B> && requires(detail::ContextOf<B>& c, detail::In<B, T> x, detail::Out<B, T> y,
                                             detail::MatrixIn<B, T> a, detail::MatrixOut<B, T> b) {
  B::copy(c, x, y);
  B::copy(c, a, b);
};
template <class B, class T>
concept HasFill = BackendLike<B> && requires(detail::ContextOf<B>& c, detail::Out<B, T> y, T v) {
  B::fill(c, y, v);
};
template <class B, class T>
concept HasIota = BackendLike<B> && requires(detail::ContextOf<B>& c, detail::Out<B, T> y, T v) {
  B::iota(c, y, v);
};
template <class B, class T>
concept HasTransform = BackendLike<B> &&
    requires(detail::ContextOf<B>& c, detail::In<B, T> x, detail::Out<B, T> y, detail::AnyUnary f) {
  B::transform(c, f, y, x);
};
template <class B, class T>
concept HasTransformReduce = BackendLike<B> &&
    requires(detail::ContextOf<B>& c, detail::In<B, T> x, detail::MatrixIn<B, T> a, T init, detail::AnyBinary op,
             detail::AnyUnary f) {
  { B::transform_reduce(c, x, init, op, f) } -> std::same_as<T>;
  { B::transform_reduce(c, a, init, op, f) } -> std::same_as<T>;
};
template <class B, class T>
concept HasSegmentedReduce = BackendLike<B> &&
    requires(detail::ContextOf<B>& c, detail::In<B, T> x, detail::In<B, index_t> offsets, detail::Out<B, T> y, T init,
             detail::AnyBinary op, detail::AnyUnary f) {
  B::segmented_reduce(c, x, offsets, y, init, op, f);
};
template <class B, class K, class V = index_t>
concept HasStableSortByKey = BackendLike<B> && requires(detail::ContextOf<B>& c, detail::Out<B, K> keys,
                                                        detail::Out<B, V> values, detail::In<B, index_t> offsets) {
  B::stable_sort_by_key(c, keys, values);
  B::stable_sort_by_key(c, keys, values, offsets);
};
template <class B, class T>
concept HasRankAverage = BackendLike<B> &&
    requires(detail::ContextOf<B>& c, detail::In<B, T> x, detail::In<B, index_t> offsets, detail::Out<B, double> out) {
  B::rank_average(c, x, offsets, out);
};
template <class B, class T>
concept HasGemm = BackendLike<B> && Real<T> &&
    requires(detail::ContextOf<B>& c, detail::MatrixIn<B, T> a, detail::MatrixOut<B, T> out, T s) {
  B::gemm(c, s, a, a, s, out);
};
template <class B, class T>
concept HasSyrk = BackendLike<B> && Real<T> &&
    requires(detail::ContextOf<B>& c, detail::MatrixIn<B, T> a, detail::MatrixOut<B, T> out, T s) {
  B::syrk(c, s, a, s, out);
};
template <class B, class T>
concept HasCholeskyBatched = BackendLike<B> && Real<T> &&
    requires(detail::ContextOf<B>& c, BatchView<T, typename B::space> a, detail::Out<B, index_t> info) {
  B::cholesky_batched(c, a, info);
};
template <class B, class T>
concept HasSelectK = BackendLike<B> && requires(detail::ContextOf<B>& c, detail::MatrixIn<B, T> x,
                                                detail::MatrixOut<B, T> values, detail::MatrixOut<B, index_t> indices) {
  B::select_k(c, x, values, indices);
};

}  // namespace isonomy
