// Fits of mixtures as tables and JSON: every number as the fit has it, and nothing where there is none.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/tsv.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using isonomy::test::has;
using isonomy::test::TemporaryFolder;

namespace {

/// 400 points around 0 and 200 around 10.
std::vector<double> two_groups() {
  std::vector<double> x;
  for (int i = 0; i < 400; ++i) x.push_back(3 * std::sin(0.7 * i) * std::cos(0.013 * i));
  for (int i = 0; i < 200; ++i) x.push_back(10 + std::sin(1.1 * i));
  return x;
}

io::MixtureFit fitted(const std::vector<double>& start, mixture::MinimizeOptions options = {}) {
  Context<Cpu> ctx;
  const auto x = two_groups();
  io::MixtureFit fit;
  fit.points = static_cast<index_t>(x.size());
  fit.start = start;
  fit.options = options;
  fit.result = mixture::fit(ctx, fit.model, view(x), start, options);
  if (!fit.usable()) return fit;
  mixture::NormalLikelihood<Context<Cpu>, double> likelihood(ctx, fit.model, VectorView<const double>(view(x)),
                                                             fit.result.minimum.parameters);
  for (int i = 0; i < fit.model.size(); ++i) fit.minos.push_back(mixture::minos(likelihood, fit.result.minimum, i));
  fit.contours.push_back({1, 2, 0.6827, 1.15, mixture::contour(likelihood, fit.result.minimum, 1, 2, 4, 1.15)});
  return fit;
}

const std::vector<double> start{0.6, 0, 10, 2, 1};

}  // namespace

TEST_CASE("a mixture's table reads back to the same numbers", "[io]") {
  const TemporaryFolder folder;
  const io::MixtureFit fit = fitted(start);
  REQUIRE(fit.usable());
  CHECK(fit.status() == "converged");
  const io::Table table = io::read_table(folder.file("fit.tsv", io::mixture_table_text(fit)));
  REQUIRE(table.size() == 5);
  for (index_t i = 0; i < 5; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const auto number = [&](const std::string& column) { return io::parse_number(table, i, table.column(column)); };
    CHECK(table.cell(i, "name") == fit.result.names[k]);
    CHECK(number("value") == fit.result.minimum.parameters[k]);
    CHECK(number("error") == fit.result.hesse.errors[k]);
    CHECK(number("minos_lower") == fit.minos[k].lower);
    CHECK(number("minos_upper") == fit.minos[k].upper);
    CHECK(table.cell(i, "minos_lower_status") == "found");
    CHECK(number("global_correlation") == fit.result.hesse.global_correlation[k]);
    CHECK(table.cell(i, "at_bound") == "0");
    CHECK(number("correlation_mu2") == fit.result.hesse.correlation[5 * k + 2]);
  }
}

TEST_CASE("a mixture's report has model, fit, parameters, contours and notes", "[io]") {
  const io::MixtureFit fit = fitted(start);
  const std::string json = io::mixture_report_text(fit, {{"input", "x \"quoted\".npy"}});
  const auto number = [](double v) { return io::number_text(v); };
  for (const std::string& text : std::vector<std::string>{
           "\"input\": \"x \\\"quoted\\\".npy\"", "\"points\": 600", "\"components\": 2", "\"range\": null",
           "\"status\": \"converged\"", "\"nll\": " + number(fit.result.minimum.nll),
           "\"start\": " + number(fit.start[2]), "\"value\": " + number(fit.result.minimum.parameters[2]),
           "\"error\": " + number(fit.result.hesse.errors[2]), "\"upper\": " + number(fit.minos[2].upper),
           "\"coverage\": 0.6827", "\"second\": \"mu2\"",
           "\"first\": " + number(fit.contours[0].points[0].parameters[1]), "\"stages\": ["})
    CHECK(has(json, text));
}

TEST_CASE("a mixture's report lists the fits that the number of components was chosen from", "[io]") {
  io::MixtureFit fit = fitted(start);
  CHECK(has(io::mixture_report_text(fit), "\"components_tried\": null"));
  fit.tried = {{1, 2, 40.5, 85, 89.25, "converged", true, true}, {2, 5, -7, -4, -1.5, "degenerate", false, false}};
  const std::string json = io::mixture_report_text(fit);
  CHECK(has(json,
            "\"k\": 1,\n      \"parameters\": 2,\n      \"nll\": 40.5,\n      \"aic\": 85.0,\n      \"bic\": 89.25,\n"
            "      \"status\": \"converged\",\n      \"usable\": true,\n      \"chosen\": true"));
  CHECK(has(json, "\"status\": \"degenerate\",\n      \"usable\": false,\n      \"chosen\": false"));
}

TEST_CASE("a mixture that has not converged is written without errors", "[io]") {
  mixture::MinimizeOptions options;
  options.max_iterations = 1;
  const io::MixtureFit fit = fitted({0.3, -3, 8, 1, 3}, options);
  CHECK_FALSE(fit.usable());
  CHECK(has(io::mixture_table_text(fit), "\tnan\tnan\tnan\t\t\tnan\t0\t0\tnan"));
  const std::string json = io::mixture_report_text(fit);
  CHECK(has(json, "\"usable\": false"));
  CHECK(has(json, "\"error\": null"));
  CHECK(has(json, "\"covariance\": []"));
  CHECK_FALSE(has(json, "minos"));
}

TEST_CASE("a component that has closed in on a point is called degenerate", "[io]") {
  io::MixtureFit fit = fitted(start);
  fit.result.degenerate = {1};
  fit.result.minimum.status = mixture::Status::degenerate;
  CHECK(fit.status() == "degenerate");
  CHECK_FALSE(fit.usable());
  CHECK(has(io::mixture_report_text(fit), "\"degenerate\": [\n      2\n    ]"));
  CHECK(std::isnan(fit.error(0)));
}

TEST_CASE("a parameter of a component without weight has no error and is at no bound", "[io]") {
  io::MixtureFit fit = fitted(start);
  fit.result.minimum.bound = {0, 4};
  fit.result.minimum.idle = {4};
  CHECK((fit.at_bound(0) && !fit.idle(0) && !fit.at_bound(4) && fit.idle(4)));
  CHECK((std::isnan(fit.error(4)) && std::isnan(fit.correlation(1, 4)) && fit.error(1) > 0));
  const std::string json = io::mixture_report_text(fit);
  CHECK(has(json, "\"at_bound\": true,\n      \"without_weight\": false"));
  CHECK(has(json, "\"at_bound\": false,\n      \"without_weight\": true"));
}
