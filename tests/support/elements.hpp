// The element types that rows are run for. A build may choose (ISONOMY_TEST_ELEMENTS): compiling the rows of all types
// takes minutes, and what checkers look for is in the loops, which all types share.
#pragma once

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace isonomy {
struct Cpu;
struct Cuda;
struct CpuBlas;
}  // namespace isonomy

namespace isonomy::test {

template <class Tag>
inline constexpr bool named_backend = std::same_as<Tag, Cpu> || std::same_as<Tag, CpuBlas> || std::same_as<Tag, Cuda>;

namespace elements {
template <class T, class... Kept>
using KeptIf = std::conditional_t<(std::same_as<T, Kept> || ...), std::tuple<T>, std::tuple<>>;

template <class... T, class... Kept>
auto kept(std::tuple<T...>, std::tuple<Kept...>) -> decltype(std::tuple_cat(KeptIf<T, Kept...>{}...));

template <class All, int Choice>
struct Few {
  using Wanted = std::conditional_t<Choice == 1, std::tuple<double, std::int32_t>, std::tuple<float, std::int64_t>>;
  using Both = decltype(kept(std::declval<All>(), std::declval<Wanted>()));
  using type = std::conditional_t<std::tuple_size_v<Both> == 0, All, Both>;
};
}  // namespace elements

/// Choice 1: double and int32; 2: float and int64; all, where an operation has neither of the two; 0: all.
template <class All, int Choice>
using ChosenElements =
    typename std::conditional_t<Choice == 0, std::type_identity<All>, elements::Few<All, Choice>>::type;

/// Of backends that users name, all unless the build says otherwise; of those that tests put together, and of the
/// reference, whose loops are the same whatever the type, some.
template <class Op, class Tag>
#ifdef ISONOMY_TEST_ELEMENTS
using ElementsFor = ChosenElements<typename Op::elements, ISONOMY_TEST_ELEMENTS>;
#else
using ElementsFor = ChosenElements<typename Op::elements, named_backend<Tag> ? 0 : 1>;
#endif

static_assert(std::same_as<ChosenElements<std::tuple<float, double>, 1>, std::tuple<double>>);
static_assert(std::same_as<ChosenElements<std::tuple<float, double, std::int32_t, std::int64_t, std::uint32_t>, 2>,
                           std::tuple<float, std::int64_t>>);
static_assert(std::same_as<ChosenElements<std::tuple<double>, 2>, std::tuple<double>>);
static_assert(std::same_as<ChosenElements<std::tuple<float, double>, 0>, std::tuple<float, double>>);

}  // namespace isonomy::test
