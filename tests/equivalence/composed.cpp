// The conformance rows on compositions that copy arguments: to another memory space, and for a second run that is
// compared.
#include <sstream>

#include "isonomy/backend/compose.hpp"
#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "isonomy/conformance/cases/linalg/eigh_subset.hpp"
#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/device_backend.hpp"
#include "support/elements.hpp"

using namespace isonomy;

namespace {
using Both = Checked<Cpu, Reference>;
template <class... Op>
void conform_checked() {
  Context<Both> ctx;  // one class of determinism: each call costs several
  conformance::Report report{"Checked"};
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  (conformance::run_operation<Op, Both, ::test::ElementsFor<Op, Both>>(ctx, report, plan), ...);
  std::ostringstream text;
  text << report;
  INFO(text.str());
  CHECK(report.ok());
}
}  // namespace

TEST_CASE("gemm and select_k conform on copies in another memory space", "[equivalence]") {
  using Elsewhere = Chain<Without<Cpu, op::gemm, op::select_k>, ::test::Device, Cpu, Staging::copy>;
  ::test::conform<op::gemm, Elsewhere>(conformance::Level::quick);
  ::test::conform<op::select_k, Elsewhere>(conformance::Level::quick);  // from k = 3 on the device declines
}
TEST_CASE("factors, eigenvectors and reflectors conform while every call is checked by the reference",
          "[equivalence]") {
  conform_checked<op::cholesky_batched, op::eigh, op::tridiagonalise, op::apply_reflectors, op::qr, op::svd>();
}
TEST_CASE("more eigenvectors conform while every call is checked by the reference", "[equivalence][long]") {
  conform_checked<op::eigh_subset, op::eigh_batched>();
}
