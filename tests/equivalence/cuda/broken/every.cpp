// Every operation that Backend<Cuda> has, its own or derived, has a broken form there, which the kit rejects.
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/capabilities.hpp"
#include "rejected.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

TEST_CASE("every operation has a broken form on Cuda that is rejected", "[cuda]") {
  for (const Capability& row : capability_table<Cuda>()) {
    if (row.support == Support::none) continue;
    INFO(row.operation << " has no broken form: give one a mistake or two in a file of tests/equivalence/cuda/broken/ "
                       << "and call rejects<op::" << row.operation
                       << ", Override<Cuda, YourBrokenTag, op::" << row.operation << ">>({mistakes}) in a test there");
    CHECK(operations_with_broken_forms().contains(row.operation));
  }
}

}  // namespace isonomy::test
