// Every operation of op::all has a broken form on Backend<Cuda>, which the kit rejects.
#include <tuple>

#include "isonomy/ops/all.hpp"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

template <class... Op>
void have_broken_forms(std::tuple<Op...>*) {
  const auto has = [](const char* name) {
    INFO(name << " has no broken form: give one a mistake or two in a file of tests/equivalence/cuda/broken/ and call "
              << "rejects<op::" << name << ", Override<Cuda, YourBrokenTag, op::" << name << ">>({mistakes}) in a test "
              << "there");
    CHECK(operations_with_broken_forms().contains(name));
  };
  (has(Op::name), ...);
}

TEST_CASE("every operation has a broken form on Cuda that is rejected", "[cuda]") {
  have_broken_forms(static_cast<op::all*>(nullptr));
}

}  // namespace
}  // namespace isonomy::test
