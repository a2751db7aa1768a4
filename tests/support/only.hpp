// Backend<Cpu> with a few operations alone: what a derived form may call, and nothing else.
#pragma once

#include <tuple>
#include <type_traits>

#include "isonomy/backend/compose.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/all.hpp"

namespace isonomy::test {

template <class... Kept, class... All>
auto others_of(std::tuple<All...>*) -> decltype(std::tuple_cat(
    std::conditional_t<isonomy::compose::among<All, Kept...>, std::tuple<>, std::tuple<All>>{}...));
template <class... Ops>
auto without(std::tuple<Ops...>) -> isonomy::Without<isonomy::Cpu, Ops...>;

/// The tag of the backend that has the operations `Kept` of Backend<Cpu>; derived forms built from these run too.
template <class... Kept>
using Only = decltype(without(others_of<Kept...>(static_cast<isonomy::op::all*>(nullptr))));

}  // namespace isonomy::test
