// One line per equivalence test: the rows of an operation on a backend, under both determinism classes that promise
// bits. Their loops are the same, so sanitizers, for which every row is slow, see one of them.
#pragma once

#include <sstream>
#include <vector>

#include "isonomy/conformance/operation.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

inline std::vector<Determinism> determinism_classes() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return {Determinism::cross_backend};
#else
  return {Determinism::run_to_run, Determinism::cross_backend};
#endif
}

template <class Op, class Tag>
void conform() {
  for (const auto determinism : determinism_classes()) {
    isonomy::cpu::ContextOptions options{};
    options.determinism = determinism;
    options.seed = 1;
    isonomy::Context<Tag> ctx{std::move(options)};
    isonomy::conformance::Report report{isonomy::Backend<Tag>::name()};
    isonomy::conformance::run_operation<Op, Tag>(ctx, report);
    std::ostringstream text;
    text << report;
    INFO(text.str());
    CHECK(report.ok());
    CHECK(report.passed() > 0);
  }
}

}  // namespace isonomy::test
