// The conformance rows of inclusive_scan on Backend<Cpu> and in its generic form.
#include "isonomy/conformance/cases/inclusive_scan.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"
#include "support/only.hpp"

TEST_CASE("inclusive_scan conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::inclusive_scan, isonomy::Cpu>();
}
TEST_CASE("inclusive_scan conforms in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::inclusive_scan, isonomy::test::Only<isonomy::op::for_each>>(
      isonomy::conformance::Level::quick);
}
