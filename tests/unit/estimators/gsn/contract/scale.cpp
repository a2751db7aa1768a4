// Scales, offsets, dead units and references that average: what they leave of a fit.
#include "isonomy/estimators/gsn/fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/fits.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;
using gsn::GsnOptions;
using gsn::GsnResult;
using gsn::Returns;
using test::changed, test::difference, test::everything, test::fitted, test::matrices, test::rearranged, test::Trials;

TEST_CASE("results scale with the data, follow units, and ignore their offsets", "[gsn]") {
  const Trials d = test::random_trials(12, 20, 3, 64);
  const GsnResult<Cpu> r = fitted(d);
  for (const double unit : {1e-149, 1e-9, 1e-4, 1e9, 1e149}) {
    const GsnResult<Cpu> scaled = fitted(changed(d, unit));
    CHECK(scaled.shrinklevelN == r.shrinklevelN);
    CHECK(scaled.shrinklevelD == r.shrinklevelD);
    CHECK(scaled.numiters == r.numiters);
    CHECK(difference(r, scaled, unit * unit) < 1e-12);
  }
  const std::vector<index_t> order{3, 1, 0, 7, 2, 11, 9, 10, 4, 5, 8, 6};
  const GsnResult<Cpu> turned = fitted(rearranged(d, order));
  CHECK(turned.shrinklevelN == r.shrinklevelN);
  CHECK(turned.shrinklevelD == r.shrinklevelD);
  const test::SquareMatrix before = test::square(r.cSb), after = test::square(turned.cSb);
  CHECK(test::largest(after - test::square_of(12, [&](index_t i, index_t j) {
                        return before(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(j)]);
                      })) < 1e-12);
  const GsnResult<Cpu> moved = fitted(changed(d, 1, 1e3));
  CHECK(difference(r, moved) < 1e-10);
  const Trials far_off = changed(d, 1, 1e8);  // back again: what is left of the digits
  CHECK(difference(fitted(changed(far_off, 1, -1e8)), fitted(far_off)) < 1e-13);
  CHECK(moved.mnS[4] == Approx(r.mnS[4] + 5e3));
}

TEST_CASE("a dead unit changes nothing for the others", "[gsn]") {
  const Trials d = test::random_trials(8, 20, 3, 65);
  const std::vector<index_t> living{0, 1, 2, 4, 5, 6, 7};
  Trials dead = d;
  for (index_t c = 0; c < 20; ++c)
    for (index_t t = 0; t < 3; ++t) dead(3, c, t) = (0.1 * 3) * (c % 2 == 0 ? 1 : 1 + 1e-16);
  const GsnResult<Cpu> with = fitted(dead), without = fitted(rearranged(d, living));
  CHECK(with.dead_units == std::vector<index_t>{3});
  CHECK(with.shrinklevelN == without.shrinklevelN);
  CHECK(with.shrinklevelD == without.shrinklevelD);
  CHECK(with.numiters == without.numiters);
  CHECK(with.ncsnr[3] == 0);
  const auto large = matrices(with), compact = matrices(without);
  for (std::size_t k = 0; k < large.size(); ++k) {
    for (index_t i = 0; i < 7; ++i)
      for (index_t j = 0; j < 7; ++j)
        CHECK(large[k](living[static_cast<std::size_t>(i)], living[static_cast<std::size_t>(j)]) ==
              Approx(compact[k](i, j)).margin(1e-12));
    for (index_t i = 0; i < 8; ++i) CHECK(large[k](i, 3) == 0);
  }
  CHECK(with.report.warnings.back() == "units that do not vary, zeros in all covariances: 3");
  const GsnResult<Cpu> zeros = fitted(changed(d, 0));
  CHECK(test::largest(test::square(zeros.cSb)) == 0);
  CHECK(zeros.dead_units.size() == 8);
}

TEST_CASE("units in volts leave those in teslas their levels and ratios", "[gsn]") {
  const Trials d = test::random_trials(9, 30, 3, 83);
  Trials mixed = changed(d, 5e-14);
  for (index_t c = 0; c < 30; ++c)
    for (index_t t = 0; t < 3; ++t) mixed(8, c, t) = 3 * d(8, c, t);
  for (const gsn::Uneven uneven : {gsn::Uneven::fast, gsn::Uneven::missing}) {
    GsnOptions options;
    options.returns = Returns::none();
    options.uneven = uneven;
    Trials of_one = d, of_two = mixed;
    if (uneven == gsn::Uneven::missing) of_one(2, 4, 1) = of_two(2, 4, 1) = std::nan("");
    const GsnResult<Cpu> r = fitted(of_one, options), other = fitted(of_two, options);
    CHECK(other.dead_units.empty());
    CHECK(other.shrinklevelN == r.shrinklevelN);
    CHECK(other.shrinklevelD == r.shrinklevelD);
    for (std::size_t i = 0; i < 9; ++i) CHECK(other.ncsnr[i] == Approx(r.ncsnr[i]).epsilon(1e-12));
  }
}

TEST_CASE("noise on a large offset in float is alive, a constant that jitters by one unit in the last place is not",
          "[gsn]") {
  const Trials d = test::random_trials(4, 30, 3, 79);
  std::vector<float> narrow;
  for (const double x : d.x) narrow.push_back(static_cast<float>(1e6 + x));
  for (std::size_t k = 0; k < 90; ++k) narrow[270 + k] = k % 2 == 0 ? 1000.0F : std::nextafter(1000.0F, 2000.0F);
  Context<Cpu> ctx;
  const GsnResult<Cpu> offset = gsn::fit(ctx, gsn::trials_fastest(narrow.data(), 4, 30, 3)), plain = fitted(d);
  CHECK(offset.dead_units == std::vector<index_t>{3});
  for (std::size_t i = 0; i < 3; ++i) CHECK(offset.ncsnr[i] == Approx(plain.ncsnr[i]).epsilon(0.02));
}

TEST_CASE("a unit whose numbers are too large for float to hold its noise is told of, where that costs levels",
          "[gsn]") {
  const Trials d = test::random_trials(10, 40, 4, 84);
  for (const double offset : {1e3, 8e6}) {
    std::vector<float> narrow;
    for (std::size_t k = 0; k < d.x.size(); ++k) narrow.push_back(static_cast<float>(d.x[k] + (k < 160 ? offset : 0)));
    Context<Cpu> ctx;
    const GsnResult<Cpu> r = gsn::fit(ctx, gsn::trials_fastest(narrow.data(), 10, 40, 4));
    CHECK(r.noise.coarsest_unit == 0);
    const auto told = std::count_if(r.report.warnings.begin(), r.report.warnings.end(), [](const std::string& warning) {
      return warning.find("numbers of unit 0 are so large that their rounding may be") != std::string::npos;
    });
    CHECK(told == (offset > 1e6 ? 2 : 0));
  }
}

TEST_CASE("average-referenced data never take the level 1", "[gsn]") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    GsnOptions options;
    options.returns = Returns::none();
    const GsnResult<Cpu> r = fitted(test::average_referenced(test::random_trials(32, 60, 3, seed, 6, 0.5)), options);
    CHECK(r.shrinklevelN < 1);
    CHECK(r.shrinklevelD < 1);
  }
}

TEST_CASE("average-referenced recordings in float never take the level 1, others as in double", "[gsn]") {
  GsnOptions options;
  options.returns = Returns::none();
  Context<Cpu> ctx;
  for (const double offset : {10.0, 1000.0})
    for (std::uint32_t seed = 1; seed <= 6; ++seed) {
      Trials d = test::random_trials(32, 60, 3, seed, 6, 0.5);
      for (index_t i = 0; i < 32; ++i)
        for (index_t c = 0; c < 60; ++c)
          for (index_t t = 0; t < 3; ++t) d(i, c, t) += i % 2 == 0 ? offset : -offset;
      const auto of_floats = [&](const Trials& x) {
        const std::vector<float> narrow(x.x.begin(), x.x.end());
        return gsn::fit(ctx, gsn::trials_fastest(narrow.data(), 32, 60, 3), options);
      };
      const GsnResult<Cpu> referenced = of_floats(test::average_referenced(d));
      CHECK(std::isnan(referenced.noise.nll.back()));
      CHECK(std::isnan(referenced.data.nll.back()));
      CHECK(*referenced.noise.rank == 31);
      CHECK(referenced.shrinklevelN < 1);
      CHECK(referenced.shrinklevelD < 1);
      CHECK(!std::isnan(referenced.noise.nll[49]));
      const GsnResult<Cpu> narrow = of_floats(d), wide = fitted(d, options);
      CHECK(!std::isnan(narrow.noise.nll.back()));
      CHECK(narrow.shrinklevelN == wide.shrinklevelN);
      CHECK(narrow.shrinklevelD == wide.shrinklevelD);
      CHECK(fitted(test::average_referenced(d), options).shrinklevelN < 1);
    }
}

TEST_CASE(
    "average-referenced recordings in float never take the level 1 where the signal is much larger than the noise",
    "[gsn]") {
  GsnOptions options;
  options.returns = Returns::none();
  Context<Cpu> ctx;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    const Trials d = test::average_referenced(test::random_trials(32, 60, 3, seed, 6, 1e-3));
    const std::vector<float> narrow(d.x.begin(), d.x.end());
    const GsnResult<Cpu> r = gsn::fit(ctx, gsn::trials_fastest(narrow.data(), 32, 60, 3), options);
    CHECK(std::isnan(r.noise.nll.back()));
    CHECK(*r.noise.rank == 31);
    CHECK(r.shrinklevelN < 1);
  }
}

TEST_CASE("recordings that were average-referenced in float, on an offset of all, never take the level 1", "[gsn]") {
  GsnOptions options;
  options.returns = Returns::none();
  Context<Cpu> ctx;
  for (const float offset : {1.0F, 10.0F, 100.0F})
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
      const Trials d = test::random_trials(32, 60, 3, seed, 6, 0.5);
      std::vector<float> x;
      for (const double value : d.x) x.push_back(static_cast<float>(value) + offset);
      for (std::size_t k = 0; k < 180; ++k) {
        float mean = 0;
        for (std::size_t i = 0; i < 32; ++i) mean += x[i * 180 + k];
        for (std::size_t i = 0; i < 32; ++i) x[i * 180 + k] -= mean / 32;
      }
      const GsnResult<Cpu> r = gsn::fit(ctx, gsn::trials_fastest(x.data(), 32, 60, 3), options);
      CHECK(std::isnan(r.noise.nll.back()));
      CHECK(std::isnan(r.data.nll.back()));
      CHECK(!std::isnan(r.noise.nll[49]));
    }
}
