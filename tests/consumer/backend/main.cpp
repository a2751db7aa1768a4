// Is consumer::Loops a backend? Exits with 0 if it conforms: main [quick|full] [row].
#include <iostream>
#include <string>
#include <tuple>

#include <isonomy/ops/all.hpp>

#include "check.hpp"

int main(int argc, char** argv) {
  consumer::Context ctx;
  consumer::Plan plan;
  plan.level = argc > 1 && std::string(argv[1]) == "full" ? isonomy::conformance::Level::full
                                                          : isonomy::conformance::Level::quick;
  if (argc > 2) plan.row = argv[2];
  consumer::Report report{isonomy::Backend<consumer::Loops>::name()};
  consumer::check_products(ctx, report, plan);
#ifdef CONSUMER_PRODUCTS_ALONE
  const bool all = report.operations.size() == 15;
#else
  consumer::check_memory(ctx, report, plan);
  consumer::check_reductions(ctx, report, plan);
  consumer::check_order(ctx, report, plan);
  consumer::check_residues(ctx, report, plan);
  consumer::check_mixtures(ctx, report, plan);
  consumer::check_multivariate_mixtures(ctx, report, plan);
  const bool all = argc > 2 || report.operations.size() == std::tuple_size_v<isonomy::op::all>;
#endif
  std::cout << report << (report.ok() && all ? "conforms\n" : "does not conform\n");
  return report.ok() && all ? 0 : 1;
}
