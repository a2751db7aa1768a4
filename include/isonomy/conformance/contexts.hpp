// The contexts between which results must not differ: thread counts and instruction sets where a backend has them.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/cpu/context.hpp"

namespace isonomy::conformance {

/// A context under which every row must repeat the bits of the first run.
template <class Tag>
struct ContextVariant {
  std::string label;
  std::unique_ptr<Context<Tag>> context;
};

/// For contexts made from cpu::ContextOptions: 1, 2, 3 and 8 threads with the widest instruction set of this processor,
/// and 2 threads with each of the others; none for other contexts. Specialise it for a backend with settings of its own
/// that must not change results.
template <class Tag>
[[nodiscard]] std::vector<ContextVariant<Tag>> make_contexts(const Control& like) {
  std::vector<ContextVariant<Tag>> variants;
  if constexpr (std::constructible_from<Context<Tag>, cpu::ContextOptions>) {
    const auto add = [&](int threads, cpu::InstructionSet set) {
      cpu::ContextOptions options{};
      options.threads = threads;
      options.seed = like.seed;
      options.determinism = like.determinism;
      options.instruction_set = set;
      variants.push_back({std::to_string(threads) + " threads, " + cpu::name(set),
                          std::make_unique<Context<Tag>>(std::move(options))});
    };
    for (const int threads : {1, 2, 3, 8}) add(threads, cpu::best_instruction_set());
    for (int set = 0; set < static_cast<int>(cpu::best_instruction_set()); ++set)
      add(2, static_cast<cpu::InstructionSet>(set));
  }
  return variants;
}

}  // namespace isonomy::conformance
