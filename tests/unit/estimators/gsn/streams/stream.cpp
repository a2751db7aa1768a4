// ConditionStream: conditions one after another have the result of fit of gsn.
#include "isonomy/estimators/gsn/stream.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/covariances.hpp"
#include "support/gsn/golden.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::GsnOptions;
using gsn::GsnResult;
using test::Trials;
using Stream = gsn::ConditionStream<Context<Cpu>>;

namespace {

/// The responses of one condition, where they lie.
template <class T>
MatrixView<const T> condition(const gsn::DataView<T>& d, index_t c) {
  return {d.data + c * d.condition_stride, d.units, d.trials, d.unit_stride, d.trial_stride};
}
template <class T>
GsnResult<Cpu> streamed(Context<Cpu>& ctx, const gsn::DataView<T>& d, const GsnOptions& options) {
  Stream stream(ctx, {d.units, d.conditions, d.trials}, options);
  for (index_t c = 0; c < d.conditions; ++c) stream.add(condition(d, c));
  return stream.fit();
}
std::vector<double> elements(const Matrix<double, Cpu>& m) { return {m.data(), m.data() + m.rows() * m.columns()}; }
std::vector<std::vector<double>> all_matrices(const GsnResult<Cpu>& r) {
  return {elements(r.cN), elements(r.cS), elements(r.cD), elements(r.cNb), elements(r.cSb)};
}
/// The largest difference of two lists, relative to the largest element; NaN must meet NaN.
double apart(const std::vector<double>& x, const std::vector<double>& y) {
  if (x.size() != y.size()) return std::numeric_limits<double>::infinity();
  double most = 0, size = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (std::isnan(x[k]) && std::isnan(y[k])) continue;
    const double off = std::abs(x[k] - y[k]);
    most = off <= most ? most : std::isnan(off) ? std::numeric_limits<double>::infinity() : off;
    size = std::max(size, std::abs(y[k]));
  }
  return size > 0 ? most / size : most;
}
bool same_bits(const std::vector<double>& x, const std::vector<double>& y) {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  return x.size() == y.size() && std::equal(x.begin(), x.end(), y.begin(), same);
}
GsnOptions with_data() {
  GsnOptions options;
  options.returns.cD = true;
  return options;
}

/// Everything alike: to the bit, or levels, counts and warnings equal and numbers within a tolerance.
template <class T>
void check_streamed(const gsn::DataView<T>& d, const GsnOptions& options, bool bits) {
  Context<Cpu> ctx;
  const GsnResult<Cpu> whole = gsn::fit(ctx, d, options), r = streamed(ctx, d, options);
  constexpr double tolerance = 1e-12;
  CHECK(r.shrinklevelN == Approx(whole.shrinklevelN).margin(0).epsilon(bits ? 0 : 1e-5));  // between levels: 1e-6
  if (options.level_rule == gsn::LevelRule::held_out) CHECK(r.shrinklevelN == whole.shrinklevelN);
  CHECK(r.shrinklevelD == whole.shrinklevelD);
  CHECK(r.numiters == whole.numiters);
  CHECK(r.dead_units == whole.dead_units);
  CHECK(r.noise.rank == whole.noise.rank);
  CHECK(r.noise.rank_bound == whole.noise.rank_bound);
  CHECK(r.noise.form == whole.noise.form);
  CHECK(r.noise.training == whole.noise.training);
  CHECK(r.noise.validation == whole.noise.validation);
  CHECK(r.noise.dead_units == whole.noise.dead_units);
  CHECK(same_bits(r.mnS, whole.mnS));
  CHECK(same_bits(r.mnN, whole.mnN));
  CHECK(same_bits(r.data.nll, whole.data.nll));
  CHECK(same_bits(elements(r.cD), elements(whole.cD)));
  const auto got = all_matrices(r), expected = all_matrices(whole);
  if (bits) {
    CHECK(same_bits(r.ncsnr, whole.ncsnr));
    CHECK(same_bits(r.noise.nll, whole.noise.nll));
    CHECK(r.report.warnings == whole.report.warnings);
    for (std::size_t k = 0; k < got.size(); ++k) CHECK(same_bits(got[k], expected[k]));
    return;
  }
  CHECK(apart(r.ncsnr, whole.ncsnr) < tolerance);
  CHECK(apart(r.noise.nll, whole.noise.nll) < tolerance);
  CHECK(r.report.warnings.size() == whole.report.warnings.size());
  for (std::size_t k = 0; k < got.size(); ++k) CHECK(apart(got[k], expected[k]) < tolerance);
}
/// Are as many contrasts as training conditions have kept?
bool keeps_rows(index_t units, index_t conditions, index_t trials) {
  return static_cast<index_t>(gsn::split(conditions).training.size()) * (trials - 1) <=
         units + std::max(units, trials - 1);
}

}  // namespace

TEST_CASE("golden even data have their result condition by condition", "[gsn]") {
  int kept = 0, folded = 0;
  for (const test::GsnCase& c : test::gsn_cases("even")) {
    INFO(c.id);
    const test::Trials d = c.data();
    const auto n = static_cast<index_t>(d.units), conditions = static_cast<index_t>(d.conditions),
               trials = static_cast<index_t>(d.trials);
    GsnOptions options = with_data();
    options.wantshrinkage = c.shrinkage;
    if (!c.levels.empty()) options.shrinklevels = c.levels;
    const bool bits = keeps_rows(n, conditions, trials);
    ++(bits ? kept : folded);
    check_streamed(gsn::trials_fastest(d.x.data(), n, conditions, trials), options, bits);
  }
  CHECK(kept > 2);
  CHECK(folded > 2);
}

TEST_CASE("rows that are too many to keep leave their covariance", "[gsn]") {
  GsnOptions between = with_data(), plain = with_data(), folds = with_data();
  between.level_rule = gsn::LevelRule::continuous;
  folds.level_rule = gsn::LevelRule::k_fold;
  plain.wantshrinkage = false;
  const Trials wide = test::random_trials(30, 12, 3, 21), many = test::random_trials(7, 90, 4, 22, 3, 1.5),
               trials = test::random_trials(3, 11, 9, 23);
  for (const GsnOptions& options : {with_data(), between, plain}) {
    check_streamed(wide.view(), options, true);
    check_streamed(many.view(), options, false);
    check_streamed(trials.view(), options, false);
  }
  check_streamed(wide.view(), folds, true);
  check_streamed(many.view(), folds, false);  // 54 of the rows that each fold has, 14 of which are kept
  check_streamed(test::random_trials(7, 3, 4, 29).view(), folds, true);
  const Trials referenced = test::average_referenced(many);  // singular: R has a zero on its diagonal
  check_streamed(referenced.view(), with_data(), false);
  Trials dead = many, offset = many;
  for (index_t c = 0; c < 90; ++c)
    for (index_t t = 0; t < 4; ++t) {
      dead(2, c, t) = 7.3;
      offset(4, c, t) = 1e-6 * offset(4, c, t);  // small beside the others
    }
  check_streamed(dead.view(), with_data(), false);
  check_streamed(offset.view(), with_data(), false);
  std::vector<float> narrow(wide.x.begin(), wide.x.end());
  check_streamed(gsn::units_fastest(narrow.data(), 30, 12, 3), with_data(), true);
}

TEST_CASE("without levels and matrices a stream keeps no more than sums", "[gsn]") {
  const Trials d = test::random_trials(400, 6, 3, 24);
  GsnOptions options;
  options.wantshrinkage = false;
  options.returns = gsn::Returns::none();
  Context<Cpu> ctx({.threads = 1});
  const GsnResult<Cpu> r = streamed(ctx, d.view(), options);
  CHECK(r.report.bytes_peak < 400u * 400u);
  CHECK(apart(r.ncsnr, gsn::fit(ctx, d.view(), options).ncsnr) < 1e-14);
}

TEST_CASE("what a stream keeps does not grow with conditions but for their means", "[gsn]") {
  const auto peak = [](index_t conditions) {
    const Trials d = test::random_trials(20, conditions, 8, 25);
    Context<Cpu> ctx({.threads = 1});
    return static_cast<double>(streamed(ctx, d.view(), {}).report.bytes_peak);
  };
  const double means = 8 * 20 * 300;  // of the conditions that are more
  CHECK(peak(400) - peak(100) < 6 * means);
  CHECK(peak(400) < 8 * 20 * 400 * 7);  // the contrasts of all
}

TEST_CASE("streams take the memory that was planned before, and not much less", "[gsn]") {
  GsnOptions none, noise, plain, folds;
  none.returns = gsn::Returns::none();
  none.wantshrinkage = false;
  noise.returns = gsn::Returns::named({"cN"});
  plain.wantshrinkage = false;
  folds.level_rule = gsn::LevelRule::k_fold;
  folds.returns = gsn::Returns::none();
  const Trials wide = test::random_trials(120, 20, 3, 30), folded = test::random_trials(60, 110, 4, 31),
               long_ones = test::random_trials(20, 12, 90, 32);
  for (const Trials& d : {wide, folded, long_ones})
    for (const GsnOptions& options : {GsnOptions{}, none, noise, plain, folds}) {
      INFO(d.units << " units, " << d.conditions << " conditions, shrinks " << options.wantshrinkage << ", matrices "
                   << options.returns.matrices() << ", rule " << static_cast<int>(options.level_rule));
      Context<Cpu> ctx({.threads = 1});
      const gsn::MemoryPlan plan = Stream::memory_plan(ctx, {d.units, d.conditions, d.trials}, options);
      const auto peak = static_cast<double>(streamed(ctx, d.view(), options).report.bytes_peak);
      CHECK(peak <= static_cast<double>(plan.context));
      CHECK(peak >= 0.4 * static_cast<double>(plan.context));
    }
  Context<Cpu> ctx;
  const gsn::MemoryPlan many = Stream::memory_plan(ctx, {100, 100'000, 20}),
                        whole = gsn::memory_plan(ctx, {100, 100'000, 20});
  CHECK(many.context < whole.context / 5);  // of 20 trials the means, twice, and few rows
  CHECK(many.adding < many.context);
  CHECK(many.results == whole.results);
  CHECK(whole.adding == 0);
  CHECK_THROWS_AS(Stream::memory_plan(ctx, {0, 10, 3}), ShapeError);
  GsnOptions analytic;
  analytic.level_rule = gsn::LevelRule::analytic;
  CHECK_THROWS_AS(Stream::memory_plan(ctx, {2, 10, 3}, analytic), ValueError);
}

TEST_CASE("a stream is repeatable and refuses what it cannot take, as it was before", "[gsn]") {
  const Trials d = test::random_trials(2, 40, 3, 26);
  Context<Cpu> ctx;
  Stream stream(ctx, {2, 40, 3}, with_data());
  const auto refused = [&](MatrixView<const double> x) { return test::message<ValueError>([&] { stream.add(x); }); };
  const auto misshapen = [&](MatrixView<const double> x) { return test::message<ShapeError>([&] { stream.add(x); }); };
  for (index_t c = 0; c < 40; ++c) {
    std::vector<double> bad{1, 2, 3, 4, std::numeric_limits<double>::quiet_NaN(), 6};
    CHECK(refused(row_major(std::as_const(bad).data(), 2, 3)) ==
          "gsn::ConditionStream::add: the data are not finite at (1, " + std::to_string(c) +
              ", 1), unit, condition and trial; expected numbers; data with NaN are for fit(), which needs them whole");
    bad[4] = 1e160;
    CHECK(refused(row_major(std::as_const(bad).data(), 2, 3)) ==
          "gsn::ConditionStream::add: the largest magnitude of unit 1 is 1e+160; expected 0, or from 1e-150 to 1e150, "
          "whose squares keep their digits; rescale the data");
    CHECK(misshapen(row_major(std::as_const(bad).data(), 3, 2)) ==
          "gsn::ConditionStream::add: condition " + std::to_string(c) +
              " is 3x2; expected units x trials, 2x3; give all of them, transposed() if they lie so");
    CHECK(stream.added() == c);
    CHECK(test::message<ShapeError>([&] { (void)stream.fit(); }) ==
          "gsn::ConditionStream::fit: " + std::to_string(c) +
              " of 40 conditions were added; expected all; add the other " + std::to_string(40 - c));
    stream.add(condition(d.view(), c));
  }
  CHECK(misshapen(condition(d.view(), 0)) ==
        "gsn::ConditionStream::add: all 40 conditions were added; expected no more; call fit(), or begin a stream of "
        "more conditions");
  const auto first = all_matrices(stream.fit()), again = all_matrices(stream.fit()),
             untouched = all_matrices(streamed(ctx, d.view(), with_data()));
  for (std::size_t k = 0; k < first.size(); ++k) {
    CHECK(same_bits(first[k], again[k]));
    CHECK(same_bits(first[k], untouched[k]));
  }
}

TEST_CASE("streams take whole numbers as the doubles that they are", "[gsn]") {
  Trials d = test::random_trials(3, 6, 2, 28);
  d.each([](double& x, auto...) { x = std::trunc(10 * x); });
  Context<Cpu> ctx;
  Stream stream(ctx, {3, 6, 2}, with_data());
  for (index_t c = 0; c < 6; ++c) {
    std::vector<std::int64_t> numbers;
    for (index_t i = 0; i < 3; ++i)
      for (index_t t = 0; t < 2; ++t) numbers.push_back(static_cast<std::int64_t>(d(i, c, t)));
    numbers[3] += std::int64_t{1} << 60 | 1;
    CHECK(test::message<ValueError>([&] { stream.add(row_major(std::as_const(numbers).data(), 3, 2)); })
              .find("gsn::ConditionStream::add: the number at (1, " + std::to_string(c) +
                    ", 1), unit, condition and trial, is ") == 0);
    numbers[3] -= std::int64_t{1} << 60 | 1;
    stream.add(row_major(std::as_const(numbers).data(), 3, 2));
  }
  const auto whole = all_matrices(stream.fit()), doubles = all_matrices(streamed(ctx, d.view(), with_data()));
  for (std::size_t k = 0; k < whole.size(); ++k) CHECK(same_bits(whole[k], doubles[k]));
}

TEST_CASE("shapes and rules that streams have not are refused at once", "[gsn]") {
  Context<Cpu> ctx;
  const auto refused = [&](const gsn::StreamShape& shape, const GsnOptions& options) {
    return test::message<ValueError>([&] { (void)Stream(ctx, shape, options); });
  };
  GsnOptions analytic;
  analytic.level_rule = gsn::LevelRule::analytic;
  CHECK(refused({2, 10, 3}, analytic) ==
        "gsn::ConditionStream: level_rule is analytic, which goes by how much products of units vary between "
        "conditions, of which a stream does not keep enough; expected held_out, k_fold or continuous; choose one of "
        "them, or fit() of data that are held whole");
  analytic.wantshrinkage = false;  // there is nothing to choose
  CHECK(refused({2, 10, 3}, analytic) == "nothing was thrown");
  CHECK(refused({2, 10, 1}, {}) ==
        "gsn::ConditionStream: the data have 1 trials; expected 2 at least, of which noise is the difference; give "
        "single trials, not their means");
  CHECK(refused({2, 1, 3}, {}).find("gsn::ConditionStream: the data have 1 conditions") == 0);
  CHECK(test::message<ShapeError>([&] {
          (void)Stream(ctx, {0, 10, 3});
        }) == "gsn::ConditionStream: the data have 0 units, 10 conditions and 3 trials; give one unit at least");
  const std::vector<double> tiny(6, 1e-200);
  Stream stream(ctx, {2, 10, 3});
  for (index_t c = 0; c < 10; ++c) stream.add(row_major(tiny.data(), 2, 3));
  CHECK(test::message<ValueError>([&] {
          (void)stream.fit();
        }).find("gsn::ConditionStream::fit: the largest magnitude of unit 0 is 1e-200") == 0);
}
