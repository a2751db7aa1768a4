// The rows of an operation on Backend<Reference>, under the class of determinism that promises most bits: its loops
// know no other.
#pragma once

#include <sstream>
#include <utility>

#include "isonomy/conformance/operation.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/elements.hpp"

namespace isonomy::test {

template <class Op>
void conform_on_reference() {
  isonomy::reference::ContextOptions options{};
  options.determinism = Determinism::cross_backend;
  options.seed = 1;
  isonomy::Context<Reference> ctx{std::move(options)};
  isonomy::conformance::Report report{Backend<Reference>::name()};
  isonomy::conformance::Plan plan;
  plan.level = isonomy::conformance::Level::quick;
  isonomy::conformance::run_operation<Op, Reference, ElementsFor<Op, Reference>>(ctx, report, plan);
  std::ostringstream text;
  text << report;
  INFO(text.str());
  CHECK(report.ok());
}

}  // namespace isonomy::test
