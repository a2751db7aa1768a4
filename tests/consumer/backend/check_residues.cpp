#include <isonomy/conformance/cases/residue.hpp>
#include <isonomy/conformance/cases/row_statistics.hpp>

#include "check.hpp"

void consumer::check_residues(Context& ctx, Report& report, const Plan& plan) {
  check<isonomy::op::joint_residue_counts, isonomy::op::residue_rank_sums, isonomy::op::row_statistics>(ctx, report,
                                                                                                        plan);
}
