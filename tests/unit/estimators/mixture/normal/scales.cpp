// Fits of data at any scale and place: the same numbers times a power of two, or moved; and likelihoods without
// maximum.
#include <algorithm>
#include <cmath>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/minimise/minos.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/units.hpp"
#include "support/catch.hpp"
#include "support/mixture/weights.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using mixture::fit;
using mixture::NormalLikelihood;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Status;
using test::two_peaks;

namespace {

/// Points of two peaks, all multiples of 2^-20, so that moving and scaling them rounds nothing.
std::vector<double> dyadic_peaks(std::size_t n) {
  std::vector<double> x = two_peaks(n);
  for (double& v : x) v = std::round(v * 0x1p20) * 0x1p-20;
  return x;
}

/// Start, fit and profiles, all from the data alone.
struct Everything {
  std::vector<double> start;
  mixture::FitResult fit;
  std::vector<mixture::MinosError> minos;
};
Everything everything(const NormalModel& model, const std::vector<double>& x) {
  Context<Cpu> ctx;
  Everything result;
  result.start = mixture::automatic_start(ctx, model, view(x));
  result.fit = fit(ctx, model, view(x), result.start);
  NormalLikelihood likelihood(ctx, model, view(x), result.fit.minimum.parameters);
  mixture::InUnits in_units(likelihood);
  const mixture::Minimum minimum = in_units.from_data(result.fit.minimum);
  for (int i = 0; i < model.size(); ++i) result.minos.push_back(in_units.to_data(minos(in_units, minimum, i), i));
  return result;
}

}  // namespace

TEST_CASE("data times a power of two have the same fit times that power, bit for bit", "[mixture][slow]") {
  const std::vector<double> x = dyadic_peaks(600);
  const mixture::Range range{-1, 5};
  std::vector<double> inside;
  for (const double v : x)
    if (v >= range.lower && v <= range.upper) inside.push_back(v);
  for (const NormalModel& model :
       {NormalModel{2}, NormalModel{2, Sharing::free, Sharing::free, mixture::Weighting::yields, range},
        NormalModel{2, Sharing::free, Sharing::free, mixture::Weighting::fractions, range}}) {
    const std::vector<double>& points = model.range.whole_line() ? x : inside;
    const Everything plain = everything(model, points);
    REQUIRE(plain.fit.minimum.valid());
    for (const int k : {-996, -700, -170, -1, 1, 29, 333, 990}) {
      INFO("2^" << k << ", range from " << model.range.lower);
      std::vector<double> scaled = points;
      for (double& v : scaled) v = std::ldexp(v, k);
      NormalModel other = model;
      other.range = {std::ldexp(model.range.lower, k), std::ldexp(model.range.upper, k)};
      const Everything found = everything(other, scaled);
      CHECK(found.fit.minimum.status == plain.fit.minimum.status);
      CHECK(found.fit.minimum.passes == plain.fit.minimum.passes);
      CHECK(found.fit.hesse.correlation == plain.fit.hesse.correlation);
      CHECK(found.fit.minimum.nll ==
            Approx(plain.fit.minimum.nll + static_cast<double>(points.size()) * k * std::log(2.0)));
      for (int i = 0; i < model.size(); ++i) {
        const auto p = static_cast<std::size_t>(i);
        const auto same = [&](double value, double expected) {
          return value == (i < model.weight_count() ? expected : std::ldexp(expected, k));
        };
        CHECK(same(found.start[p], plain.start[p]));
        CHECK(same(found.fit.minimum.parameters[p], plain.fit.minimum.parameters[p]));
        CHECK(same(found.fit.hesse.errors[p], plain.fit.hesse.errors[p]));
        CHECK(same(found.minos[p].lower, plain.minos[p].lower));
        CHECK(same(found.minos[p].upper, plain.minos[p].upper));
      }
    }
  }
}

TEST_CASE("data that are moved have the same fit, moved", "[mixture]") {
  const std::vector<double> x = dyadic_peaks(600), start{0.5, -1, 5, 1, 1};
  Context<Cpu> ctx;
  const auto plain = fit(ctx, NormalModel{2}, view(x), start);
  for (const double by : {0.125, -3.0, 100.0, -1000.0, 4096.0}) {
    std::vector<double> moved = x, begin = start;
    for (double& v : moved) v += by;
    begin[1] += by, begin[2] += by;
    const auto found = fit(ctx, NormalModel{2}, view(moved), begin);
    INFO("by " << by);
    CHECK(found.minimum.passes == plain.minimum.passes);
    for (std::size_t i = 0; i < 5; ++i) {
      const double expected = plain.minimum.parameters[i] + (i == 1 || i == 2 ? by : 0);
      CHECK(std::abs(found.minimum.parameters[i] - expected) <= 2e-12);  // of a spread of 2.2
      CHECK(std::abs(found.hesse.errors[i] - plain.hesse.errors[i]) <= 2e-12);
    }
  }
}

TEST_CASE("a truncated likelihood without maximum is called that, however flat it ends", "[mixture]") {
  Context<Cpu> ctx;
  const NormalModel model{1, Sharing::free, Sharing::free, mixture::Weighting::fractions, {0, 1}};
  for (const double power : {0.4, 0.45}) {  // points that are thinnest in the middle
    std::vector<double> x;
    for (int i = 1; i < 200; ++i) {
      const double t = i / 100.0 - 1;
      x.push_back(0.5 + 0.5 * std::copysign(std::pow(t * t, power), t));
    }
    const auto result = fit(ctx, model, view(x), {0.5, 0.5});
    CHECK(result.minimum.status == Status::no_maximum);
    CHECK(result.endless == std::vector<int>{0});
    CHECK_FALSE(result.hesse.available());
  }
}
