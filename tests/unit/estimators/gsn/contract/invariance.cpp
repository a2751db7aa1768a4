// What fits of even, uneven and missing data must not depend on: scales, order and offsets of units, layouts, units
// that do not vary, workspace, levels.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "support/catch.hpp"
#include "support/gsn/masks.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/numbers.hpp"

using namespace isonomy;

namespace {

struct OfRegime {
  const char* regime;
  test::Trials d;
  gsn::GsnOptions options;
};

/// The same data whole, without some trials, and without some trials of some units.
std::vector<OfRegime> in_every_regime(const test::Trials& whole) {
  std::vector<OfRegime> all(3, {"even", whole, {}});
  for (OfRegime& one : all) one.options.returns = {true, true, true, true, true, true, true, true, true};
  all[1].regime = "uneven";
  test::apply(all[1].d, {.kind = "trials", .seed = 131, .low = whole.trials - 1});
  all[2].regime = "missing";
  test::apply(all[2].d, {.kind = "units", .seed = 132, .p = 0.02});
  all[2].options.uneven = gsn::Uneven::missing;
  return all;
}

template <class Search = gsn::automatic>
gsn::GsnResult<Cpu> fit_regime(const gsn::DataView<double>& d, const gsn::GsnOptions& options,
                               const cpu::ContextOptions& how = {}) {
  Context<Cpu> ctx(how);
  return gsn::fit<Search>(ctx, d, options);
}
std::vector<test::SquareMatrix> squares_of(const gsn::GsnResult<Cpu>& r) {
  return {test::square(r.cN), test::square(r.cS), test::square(r.cD), test::square(r.cNb), test::square(r.cSb)};
}
void check_same_levels(const gsn::GsnResult<Cpu>& a, const gsn::GsnResult<Cpu>& b) {
  CHECK(a.shrinklevelN == b.shrinklevelN);
  CHECK(a.shrinklevelD == b.shrinklevelD);
  CHECK(a.numiters == b.numiters);
}
/// Element (i, j) of each matrix of `a` is factor times (at(i), at(j)) of that of `b`.
template <class At>
void check_squares(const gsn::GsnResult<Cpu>& a, const gsn::GsnResult<Cpu>& b, double factor, double tolerance,
                   const At& at) {
  const auto got = squares_of(a), of_b = squares_of(b);
  for (std::size_t k = 0; k < got.size(); ++k) {
    const test::SquareMatrix expected =
        test::square_of(got[k].n, [&](index_t i, index_t j) { return factor * of_b[k](at(i), at(j)); });
    CHECK(test::largest(got[k] - expected) <= tolerance * test::largest(expected));
  }
}
constexpr auto in_place = [](index_t i) { return i; };

}  // namespace

TEST_CASE("scales, order and offsets of units do to data of every regime what they do to one number", "[gsn]") {
  for (const OfRegime& one : in_every_regime(test::random_trials(8, 24, 4, 130, 3, 1.5))) {
    INFO(one.regime);
    const gsn::GsnResult<Cpu> r = fit_regime(one.d.view(), one.options);
    for (const double unit : {1e-9, 1e9}) {
      test::Trials scaled = one.d;
      scaled.each([&](double& x, auto...) { x *= unit; });
      const gsn::GsnResult<Cpu> of_scaled = fit_regime(scaled.view(), one.options);
      check_same_levels(of_scaled, r);
      check_squares(of_scaled, r, unit * unit, 1e-12, in_place);
    }
    test::Trials turned = one.d, moved = one.d;
    turned.each([&](double& x, index_t i, index_t c, index_t t) { x = one.d(7 - i, c, t); });
    moved.each([](double& x, index_t i, auto...) { x += 1e3 * static_cast<double>(i + 1); });
    const gsn::GsnResult<Cpu> of_turned = fit_regime(turned.view(), one.options),
                              of_moved = fit_regime(moved.view(), one.options);
    check_same_levels(of_turned, r);
    check_squares(of_turned, r, 1, 1e-12, [](index_t i) { return 7 - i; });
    check_same_levels(of_moved, r);
    check_squares(of_moved, r, 1, 1e-10, in_place);
    for (std::size_t i = 0; i < 8; ++i) {
      CHECK(of_moved.mnS[i] == Approx(r.mnS[i] + 1e3 * static_cast<double>(i + 1)).epsilon(1e-13));
      CHECK(of_moved.ncsnr[i] == Approx(r.ncsnr[i]).epsilon(1e-9));
    }
  }
}

TEST_CASE("numbers count as they are, wherever they lie", "[gsn]") {
  for (const OfRegime& one : in_every_regime(test::random_trials(5, 20, 3, 133))) {
    INFO(one.regime);
    const index_t n = one.d.units, c = one.d.conditions, t = one.d.trials;
    std::vector<double> by_units(one.d.x.size()), spaced(2 * one.d.x.size(), -7.0);
    test::Trials copied = one.d;
    copied.each([&](double& x, index_t i, index_t j, index_t k) {
      by_units[static_cast<std::size_t>((k * c + j) * n + i)] = x;
      spaced[static_cast<std::size_t>(2 * ((j * t + k) * n + i))] = x;
    });
    const gsn::GsnResult<Cpu> r = fit_regime(one.d.view(), one.options);
    for (const gsn::DataView<double>& other : {gsn::units_fastest(by_units.data(), n, c, t),
                                               gsn::DataView<double>{spaced.data(), n, c, t, 2, 2 * n * t, 2 * n}}) {
      const gsn::GsnResult<Cpu> same = fit_regime(other, one.options);
      CHECK(squares_of(same) == squares_of(r));
      CHECK(same.mnS == r.mnS);
      CHECK(same.ncsnr == r.ncsnr);
      CHECK(same.eigvals_difference == r.eigvals_difference);
    }
  }
}

TEST_CASE("one dead unit changes nothing for the others, whatever they lack", "[gsn]") {
  for (const OfRegime& one : in_every_regime(test::random_trials(7, 24, 4, 134, 3, 1.5))) {
    INFO(one.regime);
    const auto living = [](index_t i) { return i < 3 ? i : i + 1; };
    test::Trials more{8, 24, 4, std::vector<double>(8 * 24 * 4)};
    more.each([&](double& x, index_t i, index_t c, index_t t) {
      const bool gone = one.options.uneven == gsn::Uneven::fast && std::isnan(one.d(0, c, t));
      x = i != 3 ? one.d(i < 3 ? i : i - 1, c, t) : gone ? test::not_a_number : 0.3;
    });
    const gsn::GsnResult<Cpu> without = fit_regime(one.d.view(), one.options),
                              with = fit_regime(more.view(), one.options);
    CHECK(with.dead_units == std::vector<index_t>{3});
    check_same_levels(with, without);
    check_squares(without, with, 1, 1e-12, living);
    for (const test::SquareMatrix& m : squares_of(with))
      for (index_t i = 0; i < 8; ++i) CHECK((m(i, 3) == 0 && m(3, i) == 0));
    CHECK(with.ncsnr[3] == 0);
    for (index_t i = 0; i < 7; ++i) {
      const auto at = static_cast<std::size_t>(i), there = static_cast<std::size_t>(living(i));
      CHECK(with.ncsnr[there] == without.ncsnr[at]);
      CHECK(with.mnS[there] == without.mnS[at]);
    }
  }
}

TEST_CASE("levels are the same at any workspace limit that a fit goes into", "[gsn]") {
  for (const OfRegime& one : in_every_regime(test::random_trials(24, 20, 3, 135))) {
    INFO(one.regime);
    const gsn::GsnResult<Cpu> r = fit_regime<gsn::batched_cholesky>(one.d.view(), one.options);
    int limits = 0;
    std::size_t least_peak = r.report.bytes_peak;
    for (std::size_t limit = std::size_t{1} << 22; limit > 1000; limit /= 2) try {
        const gsn::GsnResult<Cpu> other =
            fit_regime<gsn::batched_cholesky>(one.d.view(), one.options, {.workspace_limit = limit});
        check_same_levels(other, r);
        CHECK(squares_of(other) == squares_of(r));
        CHECK(other.noise.nll[7] == r.noise.nll[7]);
        least_peak = std::min(least_peak, other.report.bytes_peak);
        ++limits;
      } catch (const OutOfMemory&) {
        break;
      }
    CHECK(limits >= 3);
    CHECK(least_peak < r.report.bytes_peak);  // fewer levels at once
    check_same_levels(fit_regime(one.d.view(), one.options), r);
  }
}

TEST_CASE("the noise ceiling signal-to-noise ratio does not depend on levels, to the bit", "[gsn]") {
  for (const OfRegime& one : in_every_regime(test::random_trials(6, 20, 3, 136))) {
    gsn::GsnOptions plain = one.options;
    plain.wantshrinkage = false;
    const gsn::GsnResult<Cpu> shrunk = fit_regime(one.d.view(), one.options), whole = fit_regime(one.d.view(), plain);
    CHECK(shrunk.shrinklevelN < 1);
    CHECK(shrunk.ncsnr == whole.ncsnr);
    CHECK(shrunk.mnS == whole.mnS);
  }
}

TEST_CASE("average-referenced data with NaN never take the level 1 for their noise", "[gsn]") {
  for (std::uint32_t seed = 1; seed <= 4; ++seed)
    for (const OfRegime& one : in_every_regime(test::average_referenced(test::random_trials(16, 60, 3, seed, 4, 0.5))))
      for (const gsn::GsnResult<Cpu>& r :
           {fit_regime(one.d.view(), one.options), fit_regime<gsn::batched_cholesky>(one.d.view(), one.options)}) {
        INFO(one.regime << ", " << r.noise.form);
        CHECK(std::isnan(r.noise.nll.back()));
        CHECK(r.shrinklevelN < 1);
        // Means of units over trials of their own have no common reference.
        if (one.options.uneven == gsn::Uneven::fast) CHECK((std::isnan(r.data.nll.back()) && r.shrinklevelD < 1));
      }
}
