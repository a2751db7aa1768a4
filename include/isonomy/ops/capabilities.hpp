// The capability table: which backend has which operation for which element type, read off the concepts and front
// doors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>

#include "isonomy/backend/operations.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"
#include "isonomy/ops/reduce/segmented_reduce.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "isonomy/ops/sort/select_k.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"

namespace isonomy {

/// `own`: the backend's member; `derived`: the library's generic form on the backend's other operations; `none`: a call
/// does not compile.
enum class Support { none, derived, own };

[[nodiscard]] constexpr const char* name(Support s) {
  return s == Support::own ? "own" : s == Support::derived ? "derived" : "none";
}

struct Capability {
  const char* operation;
  const char* element;
  const char* backend;
  Support support;
};

/// Support of one operation: specialised for each with the element types it is asked for.
template <class Op>
struct SupportOf;

namespace detail {

struct Codes {};     ///< the residue operations have one element type of their own
struct Anything {};  ///< for_each has none

template <class T>
[[nodiscard]] constexpr const char* element_name() {
  if constexpr (std::same_as<T, float>) return "float";
  if constexpr (std::same_as<T, double>) return "double";
  if constexpr (std::same_as<T, std::int32_t>) return "int32";
  if constexpr (std::same_as<T, std::int64_t>) return "int64";
  if constexpr (std::same_as<T, std::uint32_t>) return "uint32";
  if constexpr (std::same_as<T, Codes>) return "codes";
  return "any";
}
using Reals = std::tuple<float, double>;
using Numbers = std::tuple<float, double, std::int32_t, std::int64_t, std::uint32_t>;
using Any = std::tuple<Anything>;

[[nodiscard]] constexpr Support support(bool own, bool callable = false) {
  return own ? Support::own : callable ? Support::derived : Support::none;
}

}  // namespace detail

template <>
struct SupportOf<op::for_each> {
  using elements = detail::Any;
  template <class B, class>
  static constexpr Support value = detail::support(HasForEach<B>);
};
template <>
struct SupportOf<op::copy> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasCopy<B, T>);
};
template <>
struct SupportOf<op::fill> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasFill<B, T>);
};
template <>
struct SupportOf<op::iota> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasIota<B, T>);
};
template <>
struct SupportOf<op::transform> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasTransform<B, T>);
};
template <>
struct SupportOf<op::transform_reduce> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasTransformReduce<B, T>);
};
template <>
struct SupportOf<op::segmented_reduce> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasSegmentedReduce<B, T>);
};
template <>
struct SupportOf<op::stable_sort_by_key> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasStableSortByKey<B, T>);
};
template <>
struct SupportOf<op::rank_average> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(
      HasRankAverage<B, T>, requires(typename B::context& c, detail::In<B, T> x, detail::In<B, index_t> offsets,
                                     detail::Out<B, double> out) { rank_average(c, x, offsets, out); });
};
template <>
struct SupportOf<op::gemm> {
  using elements = detail::Reals;
  template <class B, class T>
  static constexpr Support value = detail::support(HasGemm<B, T>);
};
template <>
struct SupportOf<op::syrk> {
  using elements = detail::Reals;
  template <class B, class T>
  static constexpr Support value = detail::support(
      HasSyrk<B, T>, requires(typename B::context& c, T s, detail::MatrixIn<B, T> a, detail::MatrixOut<B, T> out) {
        syrk(c, s, a, s, out);
      });
};
template <>
struct SupportOf<op::cholesky_batched> {
  using elements = detail::Reals;
  template <class B, class T>
  static constexpr Support value = detail::support(HasCholeskyBatched<B, T>);
};
template <>
struct SupportOf<op::select_k> {
  using elements = detail::Numbers;
  template <class B, class T>
  static constexpr Support value = detail::support(HasSelectK<B, T>);
};
template <>
struct SupportOf<op::joint_residue_counts> {
  using elements = std::tuple<detail::Codes>;
  template <class B, class>
  static constexpr Support value = detail::support(HasJointResidueCounts<B>, HasForEach<B>);
};
template <>
struct SupportOf<op::residue_rank_sums> {
  using elements = std::tuple<detail::Codes>;
  template <class B, class>
  static constexpr Support value = detail::support(HasResidueRankSums<B>,
                                                   SupportOf<op::rank_average>::value<B, double> != Support::none &&
                                                       HasForEach<B> && HasTransformReduce<B, double>);
};
template <>
struct SupportOf<op::mixture_sums> {
  using elements = detail::Reals;
  template <class B, class T>
  static constexpr Support value = detail::support(HasMixtureSums<B, SharedMeanPair, T>, HasForEach<B>);
};
template <>
struct SupportOf<op::weighted_mixture_sums> {
  using elements = detail::Reals;
  template <class B, class T>
  static constexpr Support value = detail::support(HasWeightedMixtureSums<B, NormalComponents, T>, HasForEach<B>);
};
template <>
struct SupportOf<op::multivariate_mixture_sums> {
  using elements = detail::Reals;
  template <class B, class T>
  static constexpr Support value = detail::support(HasMultivariateMixtureSums<B, T>, HasForEach<B>);
};

namespace detail {

template <class Tag, class Op, class... T, class Rows>
constexpr void append_elements(Rows& rows, std::size_t& n, std::tuple<T...>*) {
  ((rows[n++] =
        Capability{Op::name, element_name<T>(), Backend<Tag>::name(), SupportOf<Op>::template value<Backend<Tag>, T>}),
   ...);
}
template <class Tag, class... Op, class Rows>
constexpr void append_operations(Rows& rows, std::size_t& n, std::tuple<Op...>*) {
  (append_elements<Tag, Op>(rows, n, static_cast<typename SupportOf<Op>::elements*>(nullptr)), ...);
}
template <class... Op>
[[nodiscard]] constexpr std::size_t rows_of(std::tuple<Op...>*) {
  return (std::tuple_size_v<typename SupportOf<Op>::elements> + ...);
}

}  // namespace detail

/// A row per backend, operation and element type; the tables of the documentation are printed from it
/// (examples/capabilities.cpp). Backend headers must have been included, otherwise their tags have no operations to
/// ask.
template <class... Tags>
[[nodiscard]] constexpr auto capability_table() {
  constexpr auto all = static_cast<op::all*>(nullptr);
  std::array<Capability, sizeof...(Tags) * detail::rows_of(all)> rows{};
  std::size_t n = 0;
  (detail::append_operations<Tags>(rows, n, all), ...);
  return rows;
}

}  // namespace isonomy
