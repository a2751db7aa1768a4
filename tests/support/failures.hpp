// How many rows of an operation a deliberately wrong backend fails.
#pragma once

#include "isonomy/conformance/operation.hpp"
#include "support/broken_backend.hpp"

namespace test {

template <class Op, class Defect>
std::int64_t failures() {
  isonomy::cpu::ContextOptions options{};
  options.threads = 2;
  isonomy::Context<Broken<Defect>> ctx{std::move(options)};
  isonomy::conformance::Report report{"Broken"};
  isonomy::conformance::run_operation<Op, Broken<Defect>>(ctx, report);
  return report.failed();
}

}  // namespace test
