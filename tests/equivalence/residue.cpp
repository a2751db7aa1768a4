// The conformance rows of joint_residue_counts, residue_rank_sums, row_statistics on Backend<Cpu>.
#include "isonomy/compiled/residue.hpp"
#include "isonomy/conformance/cases/residue.hpp"
#include "isonomy/conformance/cases/row_statistics.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"
#include "support/conform.hpp"

TEST_CASE("joint_residue_counts conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::joint_residue_counts, isonomy::Cpu>();
}
TEST_CASE("residue_rank_sums conforms on Cpu", "[equivalence]") {
  isonomy::test::conform<isonomy::op::residue_rank_sums, isonomy::Cpu>();
}
TEST_CASE("row_statistics conforms on Cpu in its generic form", "[equivalence][slow]") {
  isonomy::test::conform<isonomy::op::row_statistics, isonomy::Cpu>();
}
