// One line per equivalence test: the rows of an operation on a backend, under both determinism classes that promise
// bits. Their loops are the same, so one of them runs `full`, and sanitizers, for which every row is slow, see `quick`
// alone.
#pragma once

#include <concepts>
#include <sstream>

#include "isonomy/conformance/operation.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

template <class Op, class Tag>
void conform(Determinism determinism, conformance::Level level) {
  Context<Tag> ctx;
  ctx.control().determinism = determinism;
  ctx.control().seed = 1;
  conformance::Report report{Backend<Tag>::name()};
  conformance::Plan plan;
  plan.level = level;
  if constexpr (std::same_as<Tag, Cpu>)  // compositions hold copies beside their limit
    plan.heap = &conformance::HeapBytes::of_program();
  conformance::run_operation<Op, Tag>(ctx, report, plan);
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

}  // namespace isonomy::test
