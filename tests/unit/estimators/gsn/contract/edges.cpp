// Edge cases of fit: few conditions, one level, nothing but zeros, repeated levels, ranks, defaults; and that pairwise
// estimates have no bias.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "support/catch.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"
#include "support/numbers.hpp"

using namespace isonomy;

namespace {

gsn::GsnResult<Cpu> fit_edge(const test::Trials& d, const gsn::GsnOptions& options = {}) {
  Context<Cpu> ctx;
  return gsn::fit(ctx, d.view(), options);
}
bool warns_of(const gsn::GsnResult<Cpu>& r, const std::string& what) {
  return std::any_of(r.report.warnings.begin(), r.report.warnings.end(),
                     [&](const std::string& warning) { return warning.find(what) != std::string::npos; });
}

/// What is converted, and what is taken where it lies.
template <class T>
concept converted = requires(const T* numbers) {
  gsn::doubles_of(numbers, 1);
};
template <class T>
concept viewed = requires(const T* numbers) {
  gsn::trials_fastest(numbers, 1, 1, 1);
};

}  // namespace

TEST_CASE("options have the defaults that are told", "[gsn]") {
  const gsn::GsnOptions options;
  CHECK(options.wantshrinkage);
  CHECK(!options.shrinklevels);
  CHECK(options.uneven == gsn::Uneven::fast);
  CHECK(options.singular_rule == gsn::SingularRule::rank);
  CHECK(options.ridge == gsn::Ridge::relative);
  CHECK(options.iteration == gsn::Iteration::closed);
  CHECK(options.n1_rule == gsn::N1Rule::matlab);
  CHECK(options.dead_units == gsn::DeadUnits::drop);
  CHECK(options.max_iterations == 100);
  CHECK(!options.allow_extrapolation);
  CHECK((options.returns.cN && options.returns.cS && options.returns.cNb && options.returns.cSb));
  CHECK((!options.returns.cD && !options.returns.eigvals_signal && !options.returns.eigvecs_difference));
}

TEST_CASE("whole numbers of every type are fitted as the doubles that they are, or refused", "[gsn]") {
  test::Trials d = test::random_trials(3, 6, 2, 148);
  d.each([](double& x, auto...) { x = std::trunc(10 * x + 60); });
  const auto check = [&]<class T>(T) {
    const std::vector<T> numbers(d.x.begin(), d.x.end());
    CHECK(gsn::doubles_of(numbers.data(), static_cast<index_t>(numbers.size())) == d.x);
    static_assert(converted<T> && !viewed<T>);
  };
  check(std::int8_t{}), check(std::int16_t{}), check(std::int32_t{}), check(std::int64_t{});
  check(std::uint8_t{}), check(std::uint16_t{}), check(std::uint32_t{}), check(std::uint64_t{});
  constexpr std::int64_t most = std::int64_t{1} << 53;
  const std::vector<std::int64_t> large{-most, most + 2, -most - 1};
  CHECK(gsn::doubles_of(large.data(), 2) == std::vector<double>{-0x1p53, 0x1p53 + 2});
  const auto refused = [](auto number) {
    return test::message<ValueError>([&] { (void)gsn::doubles_of(&number, 1); });
  };
  CHECK(test::message<ValueError>([&] { (void)gsn::doubles_of(large.data(), 3); }) ==
        "gsn::doubles_of: number 2 is -9007199254740993, which a double does not hold; expected whole numbers up to "
        "9007199254740992 in size; subtract a whole number of each unit first, or round them");
  CHECK(refused(~std::uint64_t{0}).find("number 0 is 18446744073709551615, which") != std::string::npos);
  CHECK(refused(std::uint64_t{1} << 63) == "nothing was thrown");
  CHECK_THROWS_AS(gsn::doubles_of(large.data(), -1), ShapeError);
  static_assert(!converted<bool> && !viewed<bool> && viewed<float>);
}

TEST_CASE("two conditions are enough without levels to choose, and three for one that validates", "[gsn]") {
  gsn::GsnOptions whole;
  whole.wantshrinkage = false;
  const gsn::GsnResult<Cpu> two = fit_edge(test::random_trials(4, 2, 3, 141), whole);
  CHECK(two.shrinklevelN == 1);
  CHECK(two.data.rank_bound == 1);
  CHECK(two.cSb.rows() == 4);
  for (const index_t conditions : {3, 4}) {
    const gsn::GsnResult<Cpu> few = fit_edge(test::random_trials(4, conditions, 3, 142));
    CHECK(few.noise.validation == 1);
    CHECK(warns_of(few, "noise covariance: only 1 of the conditions validates"));
    CHECK(warns_of(few, "data covariance: only 1 of the conditions validates"));
  }
}

TEST_CASE("a single level is taken, singular or not, and levels may come twice", "[gsn]") {
  gsn::GsnOptions options;
  options.shrinklevels = std::vector<double>{1};
  const gsn::GsnResult<Cpu> r = fit_edge(test::average_referenced(test::random_trials(9, 30, 3, 143)), options);
  CHECK(r.shrinklevelN == 1);
  CHECK(r.shrinklevelD == 1);
  CHECK(r.noise.nll.empty());
  CHECK(!warns_of(r, "singular"));
  options.shrinklevels = std::vector<double>{0.9, 0.3, 0.3, 0.9};
  const gsn::GsnResult<Cpu> twice = fit_edge(test::random_trials(9, 30, 3, 143), options);
  CHECK(twice.noise.index < 2);
  CHECK(twice.data.index < 2);
  CHECK(twice.noise.nll[1] == twice.noise.nll[2]);
}

TEST_CASE("data of nothing but zeros have covariances of zeros, and it is told", "[gsn]") {
  const test::Trials zeros{3, 10, 2, std::vector<double>(60)};
  const gsn::GsnResult<Cpu> r = fit_edge(zeros);
  CHECK(r.shrinklevelN == 0);
  CHECK(r.ncsnr == std::vector<double>(3));
  CHECK(warns_of(r, "all covariance matrices were singular"));
  CHECK(warns_of(r, "units that do not vary, zeros in all covariances: 0, 1, 2"));
  for (index_t i = 0; i < 3; ++i) CHECK(r.cSb.view()(i, i) == 0);
}

TEST_CASE("data without units, or without a pointer, are refused by their shape", "[gsn]") {
  Context<Cpu> ctx;
  const std::vector<double> x(6);
  CHECK(test::message<ShapeError>([&] { (void)gsn::fit(ctx, gsn::trials_fastest(x.data(), 0, 3, 2)); }) ==
        "gsn::fit: the data have 0 units, 3 conditions and 2 trials; give one unit at least");
  CHECK_THROWS_AS(gsn::fit(ctx, gsn::DataView<double>{nullptr, 1, 3, 2, 6, 2, 1}), ShapeError);
  CHECK_THROWS_AS(gsn::fit(ctx, gsn::DataView<double>{x.data(), 1, 3, 2, 6, -2, 1}), ShapeError);
}

TEST_CASE("covariances of low rank never take the level 1, and their ranks are told", "[gsn]") {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const gsn::GsnResult<Cpu> r = fit_edge(test::random_trials(50, 40, 3, seed, 5, 0.3, 10));
    CHECK(r.shrinklevelD == 0.98);
    CHECK(r.shrinklevelN == 0.98);
    CHECK(r.noise.rank == 10);
    CHECK(r.data.rank == 15);
    CHECK(r.noise.rank_bound == 32 * 2);
    CHECK(r.data.rank_bound == 31);
  }
  const gsn::GsnResult<Cpu> half = fit_edge(test::random_trials(30, 40, 4, 144, 3, 1, 15));
  CHECK(half.noise.rank == 15);
  CHECK(std::count_if(half.noise.nll.begin(), half.noise.nll.end(), [](double nll) { return std::isnan(nll); }) == 1);
  CHECK(std::isnan(half.noise.nll.back()));
}

TEST_CASE("the mean of pairwise estimates over all signs of noise and signal is exactly what made the data", "[gsn]") {
  // Every pattern of signs of four trials' noise with both signs of signal is a condition, so that means over
  // conditions are expectations; unit 0 lacks the first trial of each, unit 1 the last: 2 of 3 trials are common.
  const double signal[] = {1, 2, -1}, noise[] = {1, -0.5, 2};
  test::Trials d{3, 32, 4, std::vector<double>(3 * 32 * 4)};
  d.each([&](double& x, index_t i, index_t c, index_t t) {
    const bool gone = (i == 0 && t == 0) || (i == 1 && t == 3);
    x = gone ? test::not_a_number : signal[i] * (c < 16 ? 1 : -1) + noise[i] * ((c >> t) % 2 == 0 ? 1 : -1);
  });
  gsn::GsnOptions options;
  options.uneven = gsn::Uneven::missing;
  options.shrinklevels = std::vector<double>{1};
  options.returns.cD = true;
  const gsn::GsnResult<Cpu> r = fit_edge(d, options);
  const double trials[] = {3, 3, 4};
  double biased = 0;
  for (index_t c = 0; c < 32; ++c) {
    const auto mean = [&](index_t i) { return (d(i, c, i == 0 ? 3 : 0) + d(i, c, 1) + d(i, c, 2)) / 3; };
    for (const index_t t : {1, 2}) biased += (d(0, c, t) - mean(0)) * (d(1, c, t) - mean(1)) / 32;
  }
  CHECK(biased == Approx(10.0 / 9 * noise[0] * noise[1]).epsilon(1e-13));  // of centring on means of what there is
  for (index_t i = 0; i < 3; ++i)
    for (index_t j = 0; j < 3; ++j) {
      const double common = i == j ? trials[i] : i + j == 1 ? 2 : 3;
      const double share = common / (trials[i] * trials[j]);
      CHECK(r.cN.view()(i, j) == Approx(noise[i] * noise[j]).epsilon(1e-13));
      // The divisor of cD is one less than the number of conditions, which are all that there can be.
      CHECK(31.0 / 32 * r.cD.view()(i, j) - share * r.cN.view()(i, j) == Approx(signal[i] * signal[j]).epsilon(1e-13));
      CHECK(r.cS.view()(i, j) == Approx(r.cD.view()(i, j) - share * r.cN.view()(i, j)).epsilon(1e-13));
    }
}
