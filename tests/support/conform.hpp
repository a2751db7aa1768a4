// One line per equivalence test: the rows of an operation on a backend, under both determinism classes that promise
// bits.
#pragma once

#include <sstream>

#include "isonomy/conformance/operation.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

template <class Op, class Tag>
void conform() {
  for (const auto determinism : {isonomy::Determinism::run_to_run, isonomy::Determinism::cross_backend}) {
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
