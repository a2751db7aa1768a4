// The element types that rows are run for. A build may choose (ISONOMY_TEST_ELEMENTS): compiling the rows of all types
// takes minutes, and what checkers look for is in the loops, which all types share.
#pragma once

#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace isonomy {
struct Cpu;
struct Cuda;
struct CpuBlas;
struct Reference;
}  // namespace isonomy

namespace isonomy::test {

template <class Tag>
inline constexpr bool named_backend = std::same_as<Tag, Cpu> || std::same_as<Tag, CpuBlas> || std::same_as<Tag, Cuda>;

namespace elements {
/// Of the types of a tuple those that are in another, behind what was found before.
template <class All, class Wanted, class Found = std::tuple<>>
struct Kept;
template <class Wanted, class Found>
struct Kept<std::tuple<>, Wanted, Found> {
  using type = Found;
};
template <class T, class... Rest, class... Wanted, class... Found>
struct Kept<std::tuple<T, Rest...>, std::tuple<Wanted...>, std::tuple<Found...>>
    : Kept<std::tuple<Rest...>, std::tuple<Wanted...>,
           std::conditional_t<(std::same_as<T, Wanted> || ...), std::tuple<Found..., T>, std::tuple<Found...>>> {};

template <class All, int Choice>
struct Few {
  using Wanted = std::conditional_t<Choice == 1, std::tuple<double, std::int32_t>, std::tuple<float, std::int64_t>>;
  using Both = typename Kept<All, Wanted>::type;
  using type = std::conditional_t<std::tuple_size_v<Both> == 0, All, Both>;
};
}  // namespace elements

/// Choice 1: double and int32; 2: float and int64; all, where an operation has neither of the two; 0: all.
template <class All, int Choice>
using ChosenElements =
    typename std::conditional_t<Choice == 0, std::type_identity<All>, elements::Few<All, Choice>>::type;

#ifdef ISONOMY_TEST_ELEMENTS
inline constexpr int choice_of_build = ISONOMY_TEST_ELEMENTS;
#else
inline constexpr int choice_of_build = -1;
#endif
/// What the build chose, or else this.
[[nodiscard]] constexpr int choice_or(int otherwise) { return choice_of_build < 0 ? otherwise : choice_of_build; }

/// Unless the build says otherwise, of backends that users name all; of the reference, whose loops are the same
/// whatever the type, the first choice; of those that tests put together the second, whose types the longest rows have
/// (stands_for_all of the kit).
template <class Op, class Tag>
using ElementsFor = ChosenElements<typename Op::elements, choice_or(named_backend<Tag>             ? 0
                                                                    : std::same_as<Tag, Reference> ? 1
                                                                                                   : 2)>;

static_assert(std::same_as<ChosenElements<std::tuple<float, double>, 1>, std::tuple<double>>);
static_assert(std::same_as<ChosenElements<std::tuple<float, double, std::int32_t, std::int64_t, std::uint32_t>, 2>,
                           std::tuple<float, std::int64_t>>);
static_assert(std::same_as<ChosenElements<std::tuple<double>, 2>, std::tuple<double>>);
static_assert(std::same_as<ChosenElements<std::tuple<float, double>, 0>, std::tuple<float, double>>);

}  // namespace isonomy::test
