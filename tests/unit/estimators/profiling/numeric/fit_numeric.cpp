// Profiling of tensors: agreement with sequences, padding, missing values, errors, threads, cancellation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/numeric/fit_numeric.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/profiling/data.hpp"
#include "support/report.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using Catch::Matchers::Contains;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
using HostPart = NumericPart<HostSpace>;

/// Tensors with the scale values of every part, `padding` places of NaN (or rubbish) before the residues of each row.
struct Tensors {
  std::vector<std::vector<double>> values;
  std::vector<std::vector<Range>> residues;
  std::vector<HostPart> parts;

  Tensors(const isonomy::test::LabelledWindows& rows, const ScaleTable& scales, index_t padding = 0,
          double padded = missing) {
    const auto d_count = scales.size();
    constexpr index_t longest = 50;
    for (const Part name : default_parts()) {
      std::vector<double> tensor(rows.size() * longest * static_cast<std::size_t>(d_count), padded);
      std::vector<Range> ranges;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = part_residues(rows.windows[i], name);
        const index_t offset = padding == 0 ? 0 : static_cast<index_t>(i) % (padding + 1);
        ranges.push_back({offset, static_cast<index_t>(text.size())});
        for (index_t r = 0; r < ranges.back().length; ++r)
          for (index_t d = 0; d < d_count; ++d)
            tensor[static_cast<std::size_t>((static_cast<index_t>(i) * longest + offset + r) * d_count + d)] =
                scales.values(d)[static_cast<std::size_t>(scales.alphabet().code(text[static_cast<std::size_t>(r)]))];
      }
      values.push_back(std::move(tensor));
      residues.push_back(std::move(ranges));
      const auto n = static_cast<index_t>(rows.size());
      parts.push_back({name, {values.back().data(), n, longest, d_count, longest * d_count, d_count, 1}, {}});
    }
    for (std::size_t k = 0; k < parts.size(); ++k) parts[k].residues = residues[k];
  }
  Tensors(const Tensors&) = delete;
  Tensors& operator=(const Tensors&) = delete;
};

void check_same_features(const ProfileResult& a, const ProfileResult& b) {
  REQUIRE(a.features.size() == b.features.size());
  for (std::size_t i = 0; i < a.features.size(); ++i) {
    const FeatureRow &x = a.features[i], &y = b.features[i];
    CHECK(x.feature == y.feature);
    CHECK(x.abs_mean_dif == y.abs_mean_dif);
    CHECK(x.mean_dif == y.mean_dif);
    CHECK(x.std_test == y.std_test);
    CHECK(x.p_value == y.p_value);
    CHECK(x.p_val_fdr_bh == y.p_val_fdr_bh);
  }
}

std::vector<std::string> ids(const ProfileResult& result) {
  std::vector<std::string> out;
  for (const FeatureRow& f : result.features) out.push_back(f.feature);
  std::sort(out.begin(), out.end());
  return out;
}

const isonomy::test::LabelledWindows& rows_of_test() {
  static const auto rows = isonomy::test::synthetic(40);
  return rows;
}

}  // namespace

TEST_CASE("scales in tensors select what sequences select", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(20);
  const Tensors tensors(rows, scales);
  Context<Cpu> ctx;
  const auto by_numbers = fit_numeric<exact>(ctx, tensors.parts, rows.labels, scales);
  const auto by_letters = fit<exact>(ctx, isonomy::test::set_of(rows), scales);
  CHECK(ids(by_numbers) == ids(by_letters));
  CHECK(by_numbers.funnel.n_candidates == by_letters.funnel.n_candidates);
  CHECK(by_numbers.funnel.n_within_spread == by_letters.funnel.n_within_spread);
  CHECK(by_numbers.rows_test == 20);
  isonomy::test::check_filled(by_numbers.report, "profiling::fit_numeric");
}

TEST_CASE("numeric runs do not depend on threads, padding, or what stands in the padding", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(20);
  for (const Test test : {Test::mann_whitney, Test::t_test, Test::mann_whitney_scipy}) {
    ProfileOptions o;
    o.test = test;
    Context<Cpu> one({.threads = 1}), four({.threads = 4});
    const Tensors plain(rows, scales), left(rows, scales, 7), rubbish(rows, scales, 9, 1e300);
    const auto a = fit_numeric<aaanalysis_1_1>(one, plain.parts, rows.labels, scales, o);
    check_same_features(a, fit_numeric<aaanalysis_1_1>(four, plain.parts, rows.labels, scales, o));
    check_same_features(a, fit_numeric<aaanalysis_1_1>(four, left.parts, rows.labels, scales, o));
    check_same_features(a, fit_numeric<aaanalysis_1_1>(one, rubbish.parts, rows.labels, scales, o));
    CHECK(a.p_value_column == (test == Test::t_test ? "p_val_ttest_indep" : "p_val_mann_whitney"));
  }
}

TEST_CASE("windows of proteins hold the residues of every part", "[profiling]") {
  const std::string alphabet = Alphabet::canonical().letters();
  isonomy::test::SplitMix64 random(8);
  std::vector<std::vector<double>> values;
  std::vector<NumericProtein> proteins;
  std::vector<Window> windows;
  for (const auto& [length, start, stop] : {std::array{60, 20, 40}, {45, 3, 25}, {30, 8, 28}, {24, 1, 24}}) {
    const std::string text = random.text(length, alphabet);
    std::vector<double> tensor;
    for (const char c : text)
      for (const double factor : {1.0, 0.5}) tensor.push_back(factor * Alphabet::canonical().code(c));
    values.push_back(std::move(tensor));
    proteins.push_back({"P", row_major<HostSpace, const double>(values.back().data(), length, 2), start, stop});
    windows.push_back(window_from_positions("P", text, start, stop, {}));
  }
  Context<Cpu> ctx;
  const NumericWindows<Cpu> numeric(ctx, proteins, all_parts(4), {}, 4);
  CHECK(numeric.rows() == 4);
  CHECK(numeric.dimensions() == 2);
  for (const HostPart& part : numeric.parts())
    for (std::size_t i = 0; i < windows.size(); ++i) {
      std::string expected(part_residues(windows[i], part.part, 4));
      expected.erase(std::remove(expected.begin(), expected.end(), gap_letter), expected.end());
      INFO(part_name(part.part) << ", row " << i);
      const auto matrix = part.values[static_cast<index_t>(i)];
      const Range r = part.residues[i];
      REQUIRE(r.length == static_cast<index_t>(expected.size()));
      for (index_t k = 0; k < r.length; ++k) {
        const double code = Alphabet::canonical().code(expected[static_cast<std::size_t>(k)]);
        CHECK(matrix(r.offset + k, 0) == code);
        CHECK(matrix(r.offset + k, 1) == code / 2);
      }
    }
  auto bad = proteins;
  bad[1].tmd_stop = 46;
  CHECK_THAT(::test::message<ValueError>([&] { const NumericWindows<Cpu> w(ctx, bad); }),
             Contains("'P' has 45 residues and its TMD at 3 to 46"));
  bad = proteins;
  bad[2].values.columns = 1;
  CHECK_THROWS_AS(NumericWindows<Cpu>(ctx, bad), ShapeError);
  CHECK_THROWS_AS(NumericWindows<Cpu>(ctx, {}), ValueError);
}

TEST_CASE("missing residues are left out of means, and dimensions without any are dropped", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(100);
  Tensors tensors(rows, scales);
  const auto d_count = static_cast<std::size_t>(scales.size());
  // Scale 1 has no value in row 3; the first residue of TMD lacks all values in row 5.
  for (auto& tensor : tensors.values)
    for (std::size_t r = 0; r < 50; ++r) tensor[(3 * 50 + r) * d_count + 1] = missing;
  for (std::size_t d = 0; d < d_count; ++d) tensors.values[0][5 * 50 * d_count + d] = missing;
  ProfileOptions o;
  o.split_kws = {SegmentOptions{1, 3}, {}, {}};
  o.n_filter = 1000;
  o.pct_pre_filter = 100;
  o.max_std_test = 0.9;
  o.max_cor = 1;
  Context<Cpu> ctx;
  const auto result = fit_numeric<exact>(ctx, tensors.parts, rows.labels, scales, o);
  CHECK(result.funnel.n_candidates == 3 * 6 * scales.size());
  CHECK(result.funnel.n_within_spread == 3 * 6 * (scales.size() - 1));
  for (const FeatureRow& f : result.features) CHECK(parse_feature(f.feature).scale != scales.info(1).id);
  const auto x = numeric_feature_matrix(ctx, tensors.parts, scales,
                                        std::vector<Feature>{{Part::tmd, Segment{1, 1}, scales.info(0).id}});
  const std::string_view residues = part_residues(rows.windows[5], Part::tmd);
  double sum = 0;
  for (const char c : residues.substr(1))
    sum += scales.values(0)[static_cast<std::size_t>(Alphabet::canonical().code(c))];
  CHECK(x.view()(5, 0) == rounded(sum / static_cast<double>(residues.size() - 1), 5));
  CHECK_THAT(::test::message<ValueError>([&] {
               static_cast<void>(numeric_feature_matrix(
                   ctx, tensors.parts, scales, std::vector<Feature>{{Part::tmd, Segment{1, 1}, scales.info(1).id}}));
             }),
             Contains("has no value in row 4"));
}

TEST_CASE("tensors that do not fit are refused with the numbers", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(100);
  const Tensors tensors(rows, scales);
  Context<Cpu> ctx;
  const auto refused = [&](const std::vector<HostPart>& parts, const ScaleTable& table) {
    return ::test::message<InvalidArgument>([&] { static_cast<void>(fit_numeric(ctx, parts, rows.labels, table)); });
  };
  auto parts = tensors.parts;
  CHECK_THAT(refused({}, scales), Contains("no parts"));
  CHECK_THAT(refused({parts[0], parts[0]}, scales), Contains("part tmd has two tensors"));
  parts[1].values.batches = 39;
  CHECK_THAT(refused(parts, scales), Contains("part jmd_n_tmd_n has a tensor of 39 rows") && Contains("expected 40"));
  parts = tensors.parts;
  parts[2].values.columns = 3;
  CHECK_THAT(refused(parts, scales), Contains("part tmd_c_jmd_c has 3 dimensions; expected 6"));
  parts = tensors.parts;
  for (auto& p : parts) p.values.columns = 0;
  CHECK_THAT(refused(parts, scales), Contains("has 0 dimensions"));
  CHECK_THAT(refused(tensors.parts, isonomy::test::every_scale(200)), Contains("has 6 dimensions; expected 3"));
  parts = tensors.parts;
  parts[0].residues = parts[0].residues.first(12);
  CHECK_THAT(refused(parts, scales), Contains("places of residues in 12"));
  parts = tensors.parts;
  auto ranges = tensors.residues[0];
  ranges[7] = {40, 20};
  parts[0].residues = ranges;
  CHECK_THAT(refused(parts, scales), Contains("row 8 at 40 to 60"));
  ranges[7] = {-1, 3};
  CHECK_THAT(refused(parts, scales), Contains("row 8 at -1 to 2"));
  parts = tensors.parts;
  parts[0].values.data = nullptr;
  CHECK_THAT(refused(parts, scales), Contains("no data pointer"));
}

TEST_CASE("numeric runs refuse infinite values and say when nothing is left", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(100);
  Context<Cpu> ctx;
  Tensors infinite(rows, scales);
  infinite.values[1][(9 * 50 + 2) * static_cast<std::size_t>(scales.size())] = -std::numeric_limits<double>::infinity();
  CHECK_THAT(
      ::test::message<ValueError>([&] { static_cast<void>(fit_numeric(ctx, infinite.parts, rows.labels, scales)); }),
      Contains("part jmd_n_tmd_n, row 10 holds an infinite number"));
  Tensors nothing(rows, scales);
  for (auto& tensor : nothing.values) std::fill(tensor.begin(), tensor.end(), missing);
  CHECK_THROWS_AS(fit_numeric(ctx, nothing.parts, rows.labels, scales), NumericalError);
  Tensors constant(rows, scales);
  for (auto& tensor : constant.values) std::fill(tensor.begin(), tensor.end(), 0.5);
  const auto result = fit_numeric(ctx, constant.parts, rows.labels, scales);
  CHECK(result.funnel.n_final > 0);
  CHECK(result.features.front().abs_auc == 0);
  auto labels = rows.labels;
  labels[1] = 3;
  CHECK_THROWS_AS(fit_numeric(ctx, constant.parts, labels, scales), ValueError);
}

TEST_CASE("chosen features of tensors are refused like those of sequences", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(100);
  const Tensors tensors(rows, scales);
  Context<Cpu> ctx;
  const auto refused = [&](const Feature& f) {
    return ::test::message<ValueError>(
        [&] { static_cast<void>(numeric_feature_matrix(ctx, tensors.parts, scales, std::vector<Feature>{f})); });
  };
  CHECK_THAT(refused({Part::jmd_n, Segment{1, 2}, scales.info(0).id}), Contains("of part jmd_n"));
  CHECK_THAT(refused({Part::tmd, Segment{1, 2}, "NONE"}), Contains("'NONE'"));
  CHECK_THAT(refused({Part::tmd, Segment{1, 30}, scales.info(0).id}), Contains("needs 30 residues of tmd and row 1"));
  CHECK_THROWS_AS(numeric_feature_matrix(ctx, tensors.parts, scales, {}), ValueError);
}

TEST_CASE("a numeric run reports progress and can be cancelled", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(100);
  const Tensors tensors(rows, scales);
  std::stop_source stop;
  std::int64_t calls = 0, done = 0, total = 0;
  Context<Cpu> ctx({.threads = 2, .progress = [&](const Progress& p) {
                      if (std::string(p.stage) != "profiling: numeric means") return;
                      ++calls;
                      done = p.done;
                      total = p.total;
                    }});
  static_cast<void>(fit_numeric(ctx, tensors.parts, rows.labels, scales));
  CHECK(calls > 10);
  CHECK(done == total);
  CHECK(total == 990);
  Context<Cpu> cancelled({.progress =
                              [&](const Progress& p) {
                                if (p.done == 5) stop.request_stop();
                              },
                          .stop = stop.get_token()});
  CHECK_THROWS_AS(fit_numeric(cancelled, tensors.parts, rows.labels, scales), Cancelled);
  CHECK(cancelled.counters().bytes_allocated == 0);
}

TEST_CASE("tensors in any layout give the same numeric run", "[profiling]") {
  const auto& rows = rows_of_test();
  const auto scales = isonomy::test::every_scale(60);
  const Tensors tensors(rows, scales);
  std::vector<std::vector<double>> turned;
  auto parts = tensors.parts;
  for (auto& p : parts) {  // dimensions slowest, rows fastest
    const BatchView<const double> from = p.values;
    turned.emplace_back(static_cast<std::size_t>(from.batches * from.rows * from.columns));
    for (index_t i = 0; i < from.batches; ++i)
      for (index_t r = 0; r < from.rows; ++r)
        for (index_t d = 0; d < from.columns; ++d)
          turned.back()[static_cast<std::size_t>((d * from.rows + r) * from.batches + i)] = from[i](r, d);
    p.values = {turned.back().data(), from.batches, from.rows, from.columns, 1, from.batches, from.batches * from.rows};
  }
  Context<Cpu> ctx;
  check_same_features(fit_numeric(ctx, tensors.parts, rows.labels, scales),
                      fit_numeric(ctx, parts, rows.labels, scales));
}

TEST_CASE("spreads beyond the range of doubles are warned about", "[profiling]") {
  const std::vector<double> values{1e300, -1e300, 1e300, 0.5, 0.25, 0.75};  // rows x dimensions
  const auto scales = isonomy::test::every_scale(300).select(
      {isonomy::test::every_scale(300).info(0).id, isonomy::test::every_scale(300).info(1).id});
  const std::vector<Range> residues(3, Range{0, 1});
  const std::vector<HostPart> parts{{Part::tmd, {values.data(), 3, 1, 2, 1, 1, 3}, residues}};
  Context<Cpu> ctx;
  const ProfileOptions options{.split_kws = {SegmentOptions{1, 1}, {}, {}}, .max_cor = 1, .check_cat = false};
  const auto result = fit_numeric(ctx, parts, {1, 0, 0}, scales, options);
  std::string warnings;
  for (const auto& warning : result.report.warnings) warnings += warning + '\n';
  CHECK_THAT(warnings, Contains("1 of 2 features have means or spreads beyond the range of doubles"));
}
