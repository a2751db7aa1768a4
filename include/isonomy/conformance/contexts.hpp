// The contexts between which results must not differ: thread counts and instruction sets where a backend has them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/core/control.hpp"

namespace isonomy::conformance {

/// A context under which every row must repeat the bits of the first run.
template <class Tag>
struct ContextVariant {
  std::string label;
  std::unique_ptr<Context<Tag>> context;
};

/// One for each of the settings that `Context<Tag>::variants` names with their options; none for contexts without it.
/// Specialise it for a backend whose settings are none of options.
template <class Tag>
[[nodiscard]] std::vector<ContextVariant<Tag>> make_contexts(const Control& like) {
  std::vector<ContextVariant<Tag>> variants;
  if constexpr (requires { Context<Tag>(Context<Tag>::variants(like).front().second); })
    for (auto& [label, options] : Context<Tag>::variants(like))
      variants.push_back({label, std::make_unique<Context<Tag>>(std::move(options))});
  return variants;
}

}  // namespace isonomy::conformance
