// One line per equivalence test: the rows of an operation on a backend, under both determinism classes that promise
// bits. Their loops are the same, so one of them runs `full`, and sanitizers, for which every row is slow, see `quick`
// alone.
#pragma once

#include <concepts>
#include <sstream>

#include "isonomy/conformance/heap.hpp"
#include "isonomy/conformance/operation.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "support/catch.hpp"
#include "support/elements.hpp"

namespace isonomy::test {

/// Whose workspace is the context's to the last byte. Compositions hold copies beside their limit, and the host's rank
/// sums tables of keys, whose size depends on the lengths of all sequences, so that no plan of memory could name it.
template <class Op, class Tag>
inline constexpr bool takes_nothing_else = std::same_as<Tag, Cpu> && !std::same_as<Op, op::residue_rank_sums>;

template <class Op, class Tag>
void conform(Determinism determinism, conformance::Level level) {
  Context<Tag> ctx;
  ctx.control().determinism = determinism;
  ctx.control().seed = 1;
  conformance::Report report{Backend<Tag>::name()};
  conformance::Plan plan;
  plan.level = level;
  if constexpr (takes_nothing_else<Op, Tag>) plan.heap = &conformance::HeapBytes::of_program();
  conformance::run_operation<Op, Tag, ElementsFor<Op, Tag>>(ctx, report, plan);
  std::ostringstream text;
  text << report;
  INFO(text.str());
  CHECK(report.ok());
}

/// `full` as far as `most` allows: derived forms share most of what runs with the host.
template <class Op, class Tag>
void conform(conformance::Level most = conformance::Level::full) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  most = conformance::Level::quick;
#else
  conform<Op, Tag>(Determinism::run_to_run, conformance::Level::quick);
#endif
  conform<Op, Tag>(Determinism::cross_backend, most);
}

/// `full` under sanitizers too, for what waits for the preset `long` anyway.
template <class Op, class Tag>
void conform_fully() {
  conform<Op, Tag>(Determinism::cross_backend, conformance::Level::full);
}

}  // namespace isonomy::test
