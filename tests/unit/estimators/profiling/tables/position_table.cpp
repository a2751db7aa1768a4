// Position tables and pruning on small cases worked out by hand.
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/stability/pruning.hpp"
#include "isonomy/estimators/profiling/tables/position_table.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/data.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using Catch::Matchers::Contains;

namespace {

FeatureRow row(std::string id, std::string category, double auc, double dif, std::string positions) {
  FeatureRow f;
  f.feature = std::move(id);
  f.category = std::move(category);
  f.subcategory = f.category + " sub";
  f.scale_name = f.feature + " scale";
  f.abs_auc = auc;
  f.abs_mean_dif = std::abs(dif);
  f.mean_dif = dif;
  f.positions = std::move(positions);
  return f;
}

std::vector<FeatureRow> three() {
  return {row("f", "B", 0.25, 1.0, "1,2"), row("g", "A", 0.5, -3.0, "2"), row("h", "B", 0.25, 4.0, "2,3,4,5")};
}

const DisplayCoordinates short_display{.start = 1, .tmd_len = 3, .jmd_n_len = 1, .jmd_c_len = 1};

}  // namespace

TEST_CASE("a position table gathers features by category and position", "[profiling]") {
  const auto features = three();
  const auto table = [&](Aggregate aggregate) {
    return position_table(features, FeatureColumn::mean_dif, {.aggregate = aggregate, .display = short_display});
  };
  const auto mean = table(Aggregate::mean);
  CHECK(mean.groups == std::vector<std::string>{"A", "B"});
  CHECK(mean.columns == std::vector<std::string>{"1", "2", "3", "4", "5"});
  CHECK(mean.values == std::vector<double>{0, -3, 0, 0, 0, 1, 2.5, 4, 4, 4});
  CHECK(table(Aggregate::count).values == std::vector<double>{0, 1, 0, 0, 0, 1, 2, 1, 1, 1});
  CHECK(table(Aggregate::sum).values == std::vector<double>{0, -3, 0, 0, 0, 0.5, 1.5, 1, 1, 1});
  const auto deviation = table(Aggregate::deviation);
  CHECK(deviation(1, 1) == Approx(std::sqrt(0.125)));
  CHECK(std::isnan(deviation(0, 1)));
  CHECK(deviation(0, 0) == 0);
}

TEST_CASE("a position table may be normalised, grouped otherwise, and take other values", "[profiling]") {
  const auto features = three();
  const auto scaled = position_table(features, FeatureColumn::mean_dif, {.display = short_display, .normalize = true});
  double total = 0;
  for (const double v : scaled.values) total += std::abs(v);
  CHECK(total == Approx(100));
  CHECK(scaled(0, 1) == Approx(-3 / 18.5 * 100));
  const auto by_scale =
      position_table(features, FeatureColumn::abs_auc, {.group = FeatureGroup::scale_name, .display = short_display});
  CHECK(by_scale.groups == std::vector<std::string>{"f scale", "g scale", "h scale"});
  const std::vector<double> importance{8, 4, 12};
  const auto sums = position_table(features, importance, {.aggregate = Aggregate::sum, .display = short_display});
  CHECK(sums.values == std::vector<double>{0, 4, 0, 0, 0, 4, 7, 3, 3, 3});
  CHECK(position_table({}, importance.empty() ? importance : std::vector<double>{}).groups.empty());
}

TEST_CASE("a position table refuses positions off its display and values that do not fit", "[profiling]") {
  const auto features = three();
  CHECK_THAT(::test::message<ValueError>([&] {
               static_cast<void>(
                   position_table(features, FeatureColumn::abs_auc,
                                  {.display = {.start = 1, .tmd_len = 2, .jmd_n_len = 1, .jmd_c_len = 1}}));
             }),
             Contains("feature h") && Contains("'5'") && Contains("1 to 4"));
  CHECK_THROWS_AS(position_table(features, std::vector<double>{1, 2}), ShapeError);
  CHECK_THROWS_AS(position_table(features, FeatureColumn::abs_auc, {.display = {.tmd_len = 0}}), ValueError);
}

TEST_CASE("positions are averaged or added over parts", "[profiling]") {
  const auto table = position_table(three(), FeatureColumn::mean_dif, {.display = short_display});
  const std::vector<Part> parts{Part::tmd, Part::jmd_n, Part::tmd_jmd};
  const auto mean = over_parts(table, parts, short_display);
  CHECK(mean.columns == std::vector<std::string>{"tmd", "jmd_n", "tmd_jmd"});
  CHECK(mean(1, 0) == Approx(3.5));
  CHECK(mean(1, 1) == 1);
  CHECK(over_parts(table, parts, short_display, true)(0, 2) == -3);
  CHECK_THROWS_AS(over_parts(table, parts, {}), ShapeError);
  const std::vector<Part> empty{Part::ext_n};
  CHECK_THAT(::test::message<ValueError>([&] { static_cast<void>(over_parts(table, empty, short_display)); }),
             Contains("ext_n"));
}

TEST_CASE("a correlation at the limit is not above it, whatever rounding makes of it", "[profiling]") {
  // The larger value in 4 of 12 rows, in as many rows of both as `common` says: r = (12 common - 16) / 32.
  Context<Cpu> ctx;
  const auto kept = [&](int common, double low, double high, double limit, double unit = 1, int repeats = 1) {
    std::vector<double> values;
    for (int repeat = 0; repeat < repeats; ++repeat)
      for (int i = 0; i < 12; ++i) {
        values.push_back((i < 4 ? high : low) * unit);
        values.push_back(i >= 4 - common && i < 8 - common ? 0.9 : 0.2);
      }
    return filter_correlation(ctx, row_major(values.data(), 12 * repeats, 2), limit).size();
  };
  for (int low = 0; low < 40; ++low)
    for (int high = low + 1; high < low + 30; ++high)
      for (const auto& [x, y] : {std::pair{low / 10.0, high / 10.0}, {high / 1000.0, low / 1000.0}}) {
        INFO(x << " and " << y);
        REQUIRE(kept(2, x, y, 0.25) == 2);
        REQUIRE(kept(3, x, y, 0.625) == 2);
        REQUIRE(kept(0, x, y, 0.5) == 2);
        REQUIRE(kept(4, x, y, 1) == 2);
        REQUIRE(kept(2, x, y, 0.249999) == 1);
        REQUIRE(kept(0, x, y, 0.499999) == 1);
      }
  CHECK(kept(3, 0.1, 0.3, 0.625, 1, 5000) == 2);
  CHECK(kept(3, 0.1, 0.3, 0.62499999, 1, 5000) == 1);
  CHECK(kept(3, 1, 3, 0.625, 0x1p-900) == 2);  // no decimals: multiples of the column's last bit
  CHECK(kept(3, 1, 3, 0.625, 0x1p900) == 2);
}

TEST_CASE("the correlation filter keeps the first of correlated columns, either sign", "[profiling]") {
  // columns: x, -2x + 1, constant, y, x + y / 100
  std::vector<double> values;
  for (const auto& [x, y] : {std::pair{1.0, 2.0}, {2.0, -1.0}, {3.0, 5.0}, {4.0, 0.0}})
    for (const double v : {x, -2 * x + 1, 7.0, y, x + y / 100}) values.push_back(v);
  const auto view = row_major(values.data(), 4, 5);
  Context<Cpu> ctx;
  CHECK(filter_correlation(ctx, view) == std::vector<index_t>{0, 2, 3});
  CHECK(filter_correlation(ctx, view, 1.0) == std::vector<index_t>{0, 1, 2, 3, 4});
  const std::vector<double> copy = values;
  std::vector<FeatureRow> features{row("a", "A", 0.1, 1, ""), row("b", "A", 0.2, 1, ""), row("c", "A", 0.1, 2, ""),
                                   row("d", "A", 0.3, 1, ""), row("e", "A", 0.2, 1, "")};
  CHECK(prune_by_correlation(ctx, view, features) == std::vector<index_t>{3, 1, 2});
  CHECK(prune_by_variance(ctx, view) == std::vector<index_t>{0, 1, 3, 4});
  CHECK(prune_by_variance(ctx, view, 1.3) == std::vector<index_t>{1, 3});
  CHECK(values == copy);
  const auto kept = profiling::pick(features, prune_by_variance(ctx, view, 1.3));
  REQUIRE(kept.size() == 2);
  CHECK(kept[1].feature == "d");
}

TEST_CASE("a constant column has no variance even where its mean is rounded", "[profiling]") {
  std::vector<double> values;
  for (int i = 0; i < 10; ++i)
    for (const double v : {0.1, static_cast<double>(i)}) values.push_back(v);
  Context<Cpu> ctx;
  const auto view = row_major(values.data(), 10, 2);
  CHECK(prune_by_variance(ctx, view) == std::vector<index_t>{1});
  CHECK_THAT(::test::message<ValueError>([&] { static_cast<void>(prune_by_variance(ctx, view, 100)); }),
             Contains("leaves none of 2"));
}

TEST_CASE("variances are compared with the threshold as the decimals that both stand for", "[profiling]") {
  Context<Cpu> ctx;
  const auto kept = [&](double low, double high, double threshold, double unit = 1) {
    std::vector<double> values;  // one half of each; the second column always stays
    for (int i = 0; i < 10; ++i)
      for (const double v : {(i % 2 == 0 ? low : high) * unit, i * 1e3 * unit}) values.push_back(v);
    return prune_by_variance(ctx, row_major(values.data(), 10, 2), threshold).size();
  };
  CHECK(kept(0.1, 0.3, 0.01) == 1);  // the variance is the threshold, though not in binary64
  CHECK(kept(0.1, 0.3, 0.00999999999) == 2);
  CHECK(kept(0.7, 0.9, 0.01) == 1);
  CHECK(kept(0.00001, 0.00004, 2.25e-10) == 1);
  CHECK(kept(0.00001, 0.00004, 2.2499999999e-10) == 2);
  CHECK(kept(1.1, 3.3, 1.21) == 1);
  CHECK(kept(1.1, 3.3, 1.2099999999) == 2);
  CHECK(kept(1, 3, 0x1p-600, 0x1p-300) == 1);  // no decimals: multiples of the column's last bit
  CHECK(kept(1, 3, 0x1p600, 0x1p300) == 1);
  CHECK(kept(1, 3, 0, 0x1p-540) == 2);  // squares below the smallest number
}

TEST_CASE("filters refuse what the reference refuses", "[profiling]") {
  std::vector<double> values(30);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i * i));
  Context<Cpu> ctx;
  const auto view = row_major(values.data(), 10, 3);
  CHECK_THROWS_AS(filter_correlation(ctx, view, 1.1), ValueError);
  CHECK_THROWS_AS(filter_correlation(ctx, view, -0.1), ValueError);
  CHECK_THROWS_AS(filter_correlation(ctx, row_major(values.data(), 2, 3)), ValueError);
  CHECK_THROWS_AS(filter_correlation(ctx, row_major(values.data(), 30, 1)), ValueError);
  CHECK_THROWS_AS(prune_by_variance(ctx, view, -1), ValueError);
  CHECK_THROWS_AS(prune_by_correlation(ctx, view, three(), -0.1), ValueError);
  CHECK_THROWS_AS(prune_by_correlation(ctx, row_major(values.data(), 15, 2), three()), ShapeError);
  auto constant = values;
  for (std::size_t i = 0; i < 10; ++i) constant[i * 3] = constant[i * 3 + 2] = 1;
  CHECK_THAT(::test::message<ValueError>(
                 [&] { static_cast<void>(filter_correlation(ctx, row_major(constant.data(), 10, 3))); }),
             Contains("1 of 3 features vary"));
  values[4] = std::numeric_limits<double>::quiet_NaN();
  for (const auto f : {0, 1})
    CHECK_THAT(::test::message<ValueError>(
                   [&] { static_cast<void>(f == 0 ? filter_correlation(ctx, view) : prune_by_variance(ctx, view)); }),
               Contains("column 2"));
}

TEST_CASE("pruning a feature table recomputes its values, whatever the threads", "[profiling]") {
  const auto set = isonomy::test::set_of(isonomy::test::dom_gsec());
  const auto scales = aaontology();
  const auto features = isonomy::test::golden_features("dom_gsec_default_legacy.tsv");
  Context<Cpu> one({.threads = 1}), four({.threads = 4});
  const auto a = prune_by_correlation(one, set, scales, features, 0.5);
  const auto b = prune_by_correlation(four, set, scales, features, 0.5);
  REQUIRE(a.size() == b.size());
  CHECK(a.size() < features.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].feature == b[i].feature);
  CHECK(prune_by_variance(one, set, scales, features).size() == features.size());
  const std::vector<FeatureRow> single{features.front()};
  CHECK(prune_by_correlation(one, set, scales, single).size() == 1);
}
