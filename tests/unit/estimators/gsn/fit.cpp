// fit of gsn: what is returned, what the results must not depend on, and what is refused.
#include "isonomy/estimators/gsn/fit.hpp"

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
#include "support/gsn/fits.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::GsnOptions;
using gsn::GsnResult;
using gsn::Returns;
using test::difference, test::everything, test::fitted, test::matrices;
using test::Trials;

namespace {

void check_pairs(const std::vector<double>& values, const Matrix<double, Cpu>& vectors, const test::SquareMatrix& m) {
  const test::SquareMatrix v = test::square(vectors);
  CHECK(test::largest(m * v - test::square_of(m.n, [&](index_t i, index_t j) {
                        return v(i, j) * values[static_cast<std::size_t>(j)];
                      })) < 1e-10);
  CHECK(std::is_sorted(values.rbegin(), values.rend()));
  for (index_t j = 0; j < m.n; ++j) {
    double pivot = 0;
    for (index_t i = 0; i < m.n; ++i)
      if (std::abs(v(i, j)) > std::abs(pivot)) pivot = v(i, j);
    CHECK(pivot > 0);
  }
}

}  // namespace

TEST_CASE("covariances of noise, data and signal belong together", "[gsn]") {
  const Trials d = test::random_trials(9, 25, 4, 61);
  const GsnResult<Cpu> r = fitted(d);
  const test::SquareMatrix noise = test::square(r.cN), signal = test::square(r.cS), data = test::square(r.cD);
  const test::SquareMatrix of_trials = test::products(test::centred_trials(d.view(), gsn::detail::every(25)), 3.0 * 25);
  for (index_t i = 0; i < 9; ++i)
    for (index_t j = 0; j < 9; ++j) {
      const double whole = of_trials(i, j);
      CHECK(noise(i, j) == Approx(i == j ? whole : r.shrinklevelN * whole).margin(1e-13));
      CHECK(signal(i, j) == Approx(data(i, j) - noise(i, j) / 4).margin(1e-14));
    }
  for (index_t i = 0; i < 9; ++i) {
    double mean = 0;
    for (index_t c = 0; c < 25; ++c)
      for (index_t t = 0; t < 4; ++t) mean += d.view()(i, c, t) / 100;
    const auto at = static_cast<std::size_t>(i);
    CHECK(r.mnS[at] == Approx(mean).margin(1e-14));
    CHECK(r.mnN[at] == 0);
    CHECK(r.ncsnr[at] == Approx(std::sqrt(std::max(signal(i, i), 0.0) / noise(i, i))).epsilon(1e-12));
  }
  CHECK(r.noise.level == r.shrinklevelN);
  CHECK(r.data.nll.size() == 51);
  CHECK(r.report.estimator == "gsn::fit");
  CHECK(r.report.stages.size() == 4);
  CHECK(r.report.decisions.size() == 2);
}

TEST_CASE("eigenvalues descend, and vectors are theirs", "[gsn]") {
  for (const Trials& d : {test::random_trials(9, 25, 4, 61), test::random_trials(14, 30, 2, 62, 2, 0.4)}) {
    const GsnResult<Cpu> r = fitted(d);
    const test::SquareMatrix signal = test::square(r.cSb), noise = test::square(r.cNb);
    check_pairs(r.eigvals_signal, r.eigvecs_signal, signal);
    check_pairs(r.eigvals_difference, r.eigvecs_difference, signal - (1 / static_cast<double>(d.trials)) * noise);
    CHECK(r.eigvals_signal.back() >= 0);
  }
}

/// What finding eigenpairs takes, results included, in units of n^2 doubles: all of them, or those of fewer sign.
double memory_of_pairs(index_t n, bool all) {
  Context<Cpu> ctx({.threads = 1});
  Matrix<double, Cpu> m(ctx, n, n, "m"), v(ctx, n, all ? n : n / 2, "v");
  Buffer<double, Cpu> w(ctx, n, "w");
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i) m.view()(i, j) = std::cos(static_cast<double>(i * j));
  if (all)
    eigh(ctx, std::as_const(m).view(), w.view(), v.view());
  else
    eigh_subset(ctx, std::as_const(m).view(), Spectrum::smaller_sign_class(), w.view().subview(0, n / 2), v.view());
  return static_cast<double>(ctx.counters().bytes_peak) / sizeof(double) / static_cast<double>(n * n) - 1;
}

TEST_CASE("a fit takes four matrices beside what it returns, and what eigenpairs take", "[gsn]") {
  constexpr index_t units = 150, conditions = 10, trials = 3;
  const Trials even = test::random_trials(units, conditions, trials, 3);
  Trials uneven = even, missing = even;
  for (index_t i = 0; i < units; ++i) {
    uneven(i, 1, 2) = uneven(i, 4, 0) = std::numeric_limits<double>::quiet_NaN();
    missing(i, i % conditions, i % trials) = std::numeric_limits<double>::quiet_NaN();
  }
  const double squares = static_cast<double>(units * units), rows = 4.0 * conditions * trials * units / squares + 0.1;
  const double subset = memory_of_pairs(units, false), every = memory_of_pairs(units, true);
  GsnOptions few, all = everything();
  few.returns = Returns::named({"cNb", "cSb"});
  const auto beside = [&](const Trials& d, GsnOptions options, double returned) {
    options.uneven = &d == &missing ? gsn::Uneven::missing : gsn::Uneven::fast;
    const GsnResult<Cpu> r = fitted(d, options, Context<Cpu>({.threads = 1}));
    return static_cast<double>(r.report.bytes_peak) / sizeof(double) / squares - returned - rows;
  };
  for (const Trials* const d : std::vector<const Trials*>{&even, &uneven, &missing}) {
    CAPTURE(d == &uneven, d == &missing);
    CHECK(beside(*d, {}, 4) < 4 + subset);
    CHECK(beside(*d, few, 2) < 4 + subset);
    CHECK(beside(*d, all, 7) < 4 + every);
  }
  CHECK(beside(even, {}, 4) < subset);  // what is returned is all that there is
  GsnOptions none;
  none.returns = Returns::none();
  CHECK(beside(test::random_trials(600, 8, 2, 3), none, 0) < 0.1);
}

TEST_CASE("operations that ran are told, and no others", "[gsn]") {
  const auto told = [](const Trials& d, const Returns& returns, bool shrink) {
    GsnOptions options;
    options.returns = returns;
    options.wantshrinkage = shrink;
    std::vector<std::string> names;
    for (const OperationBackend& o : fitted(d, options).report.operations) names.push_back(o.operation);
    return names;
  };
  using Names = std::vector<std::string>;
  const Trials wide = test::random_trials(30, 8, 2, 80, 3, 1.5), tall = test::random_trials(6, 60, 6, 81, 6, 0.1);
  CHECK(told(wide, Returns::none(), false).empty());
  CHECK(told(wide, Returns::named({"cN"}), false) == Names{"syrk"});
  CHECK(told(wide, Returns::none(), true) == Names{"syrk", "gemm", "tridiagonalise"});
  CHECK(told(tall, Returns::named({"cN"}), true) == Names{"syrk", "tridiagonalise"});
  CHECK(told(tall, Returns::named({"cSb"}), false) == Names{"syrk", "cholesky"});
  CHECK(told(wide, Returns::named({"cSb"}), false) == Names{"syrk", "cholesky", "eigh_subset"});
  CHECK(told(tall, Returns::named({"eigvals_signal"}), false) == Names{"syrk", "cholesky", "eigh"});
}

TEST_CASE("eigenpairs of dead units are exactly 0 and these units, projected or not", "[gsn]") {
  for (const double noise : {1.5, 0.1}) {  // 0.1: the signal is definite
    Trials d = test::random_trials(15, noise > 1 ? 25 : 60, noise > 1 ? 2 : 6, 67, noise > 1 ? 2 : 15, noise);
    for (index_t c = 0; c < d.conditions; ++c)
      for (index_t t = 0; t < d.trials; ++t) d(3, c, t) = d(9, c, t) = 1;
    for (const gsn::Ridge ridge : {gsn::Ridge::relative, gsn::Ridge::absolute}) {
      GsnOptions options = everything();
      options.ridge = ridge;
      const GsnResult<Cpu> r = fitted(d, options);
      const test::SquareMatrix signal = test::square(r.cSb);
      check_pairs(r.eigvals_signal, r.eigvecs_signal, signal);
      check_pairs(r.eigvals_difference, r.eigvecs_difference,
                  signal - (1 / static_cast<double>(d.trials)) * test::square(r.cNb));
      CHECK(r.eigvals_signal[13] == 0);
      CHECK(r.eigvals_signal[14] == 0);
      CHECK(r.eigvals_signal[12] > 0);
      CHECK(std::count(r.eigvals_difference.begin(), r.eigvals_difference.end(), 0.0) == 2);
      for (index_t j = 0; j < 15; ++j) {
        const double of_dead = std::max(r.eigvecs_signal.view()(3, j), r.eigvecs_signal.view()(9, j));
        CHECK(of_dead == (j < 13 ? 0 : 1));
      }
      double trace = 0, sum = 0;
      for (index_t i = 0; i < 15; ++i) {
        trace += signal(i, i);
        sum += r.eigvals_signal[static_cast<std::size_t>(i)];
      }
      CHECK(sum == Approx(trace).epsilon(1e-14));
    }
  }
}

TEST_CASE("only what was asked for is returned, and made", "[gsn]") {
  const Trials d = test::random_trials(200, 8, 2, 63);
  const auto with = [&](Returns returns, bool shrink = true) {
    GsnOptions options;
    options.returns = returns;
    options.wantshrinkage = shrink;
    return fitted(d, options);
  };
  const GsnResult<Cpu> all = with(everything().returns), bare = with(Returns::none(), false);
  CHECK(bare.report.bytes_peak < 200 * 200 * sizeof(double));
  CHECK(bare.ncsnr == all.ncsnr);  // levels do not matter to it
  CHECK(bare.mnS == all.mnS);
  CHECK(!bare.numiters);
  CHECK(bare.shrinklevelN == 1);
  CHECK(bare.noise.nll.empty());
  for (const Matrix<double, Cpu>* m : {&bare.cN, &bare.cS, &bare.cD, &bare.cNb, &bare.cSb, &bare.eigvecs_signal})
    CHECK(m->rows() == 0);
  GsnOptions searched;
  searched.returns = Returns::none();
  const GsnResult<Cpu> of_few = fitted(d, searched);
  CHECK(of_few.noise.form == "low_rank");
  CHECK(of_few.report.bytes_peak < 200 * 200 * sizeof(double));
  for (const char* alone : {"cN", "cD"}) {
    const GsnResult<Cpu> one = with(Returns::named({alone}), false);
    CHECK(one.report.bytes_peak < 2 * 200 * 200 * sizeof(double));
    CHECK(one.cN.rows() + one.cD.rows() == 200);
  }
  const GsnResult<Cpu> some = with(Returns::named({"cS", "eigvals_signal"}));
  CHECK(test::square(some.cS) == test::square(all.cS));
  CHECK(some.eigvals_signal == all.eigvals_signal);
  CHECK(some.numiters == all.numiters);
  for (const Matrix<double, Cpu>* m : {&some.cN, &some.cD, &some.cNb, &some.cSb, &some.eigvecs_signal})
    CHECK(m->rows() == 0);
  CHECK(some.eigvals_difference.empty());
  CHECK(test::message<ValueError>([] {
          (void)Returns::named({"cN", "cX"});
        }) ==
        "gsn::Returns::named: cX is not known; expected some of cN, cS, cNb, cSb, cD, eigvals_signal, eigvecs_signal, "
        "eigvals_difference, eigvecs_difference; name these");
}

TEST_CASE("results have the same bits for any threads and workspace, and inputs stay", "[gsn]") {
  const Trials d = test::random_trials(40, 16, 3, 66);
  const std::vector<double> before = d.x;
  const GsnResult<Cpu> r = fitted(d, everything(), Context<Cpu>({.threads = 1}));
  for (const int threads : {2, 8}) {
    const GsnResult<Cpu> other = fitted(d, everything(), Context<Cpu>({.threads = threads}));
    CHECK(matrices(other) == matrices(r));
    CHECK(other.noise.margin == r.noise.margin);
    CHECK(other.data.margin == r.data.margin);
    CHECK(std::equal(r.data.nll.begin(), r.data.nll.end() - 1, other.data.nll.begin()));  // NaN at 1
    CHECK(other.eigvals_difference == r.eigvals_difference);
  }
  const std::size_t most = r.report.bytes_peak;
  CHECK(matrices(fitted(d, everything(), Context<Cpu>({.threads = 1, .workspace_limit = most}))) == matrices(r));
  Context<Cpu> limited({.threads = 1, .workspace_limit = most / 2});
  CHECK_THROWS_AS(gsn::fit(limited, d.view(), everything()), OutOfMemory);
  CHECK(d.x == before);
  std::vector<float> narrow;
  for (const double x : d.x) narrow.push_back(static_cast<float>(x));
  Trials rounded = d;
  std::copy(narrow.begin(), narrow.end(), rounded.x.begin());
  Context<Cpu> ctx({.threads = 1});
  const GsnResult<Cpu> of_floats = gsn::fit(ctx, gsn::trials_fastest(narrow.data(), 40, 16, 3), everything());
  CHECK(matrices(of_floats) == matrices(fitted(rounded, everything(), Context<Cpu>({.threads = 1}))));
}

TEST_CASE("sweeps end where the closed form does", "[gsn]") {
  for (std::uint32_t seed = 67; seed < 72; ++seed) {
    const Trials d = test::random_trials(15, 25, 2, seed, 2, 1.5);
    GsnOptions loop = everything();
    loop.iteration = gsn::Iteration::loop;
    loop.ridge = gsn::Ridge::none;
    GsnOptions closed = loop;
    closed.iteration = gsn::Iteration::closed;
    const GsnResult<Cpu> a = fitted(d, loop), b = fitted(d, closed);
    CHECK(a.numiters == b.numiters);
    CHECK(difference(a, b) < 1e-10);
  }
}

TEST_CASE("a projection is told of, and its ridge", "[gsn]") {
  // The warning that names cSb, without what all of these begin with.
  const auto told = [](const Trials& d, GsnOptions options) {
    const std::string begin = "cSb was not positive definite: negative eigenvalues became 0";
    const std::vector<std::string> warnings = fitted(d, options).report.warnings;
    const auto found =
        std::find_if(warnings.begin(), warnings.end(), [](const auto& w) { return w.starts_with("cSb"); });
    if (found == warnings.end()) return std::string("nothing");
    return found->starts_with(begin) ? found->substr(begin.size()) : *found;
  };
  const Trials d = test::random_trials(15, 25, 2, 67, 2, 1.5);
  GsnOptions options;
  options.ridge = gsn::Ridge::absolute;
  CHECK(told(d, options) == ", and 1e-10 was added to its diagonal");
  options.ridge = gsn::Ridge::none;
  CHECK(told(d, options).empty());
  CHECK(told(test::random_trials(3, 200, 4, 68, 3, 0.1), options) == "nothing");

  // Without any signal nothing is left, of which there is no ridge.
  Trials none = test::random_trials(3, 25, 2, 69);
  none.each([&](double& x, index_t i, index_t c, index_t t) {
    if (t == 1) x = -none(i, c, 0);
  });
  options.ridge = gsn::Ridge::relative;
  options.wantshrinkage = false;
  CHECK(told(none, options).empty());
}

TEST_CASE("estimates come near to the covariances that made the data", "[gsn]") {
  const auto error = [](index_t conditions) {
    const index_t n = 4, rank = 2;
    gsn::PortableStream stream(73);
    const std::vector<double> a = stream.normals(n * rank);
    const GsnResult<Cpu> r = fitted(test::random_trials(n, conditions, 3, 73, rank, 0.8));
    double most = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) {
        const auto row = static_cast<std::size_t>(i * rank), other = static_cast<std::size_t>(j * rank);
        const double signal = (a[row] * a[other] + a[row + 1] * a[other + 1]) / 2, noise = i == j ? 0.64 : 0;
        most = std::max({most, std::abs(r.cSb.view()(i, j) - signal), std::abs(r.cNb.view()(i, j) - noise)});
      }
    return most;
  };
  const double coarse = error(60), fine = error(6000);
  CHECK(fine < 0.05);
  CHECK(fine < 0.3 * coarse);
}

TEST_CASE("one unit, few conditions, one level", "[gsn]") {
  const Trials single = test::random_trials(1, 20, 4, 74);
  const GsnResult<Cpu> one = fitted(single);
  CHECK(one.shrinklevelN == 0);
  const double variance = test::products(test::centred_trials(single.view(), gsn::detail::every(20)), 3.0 * 20)(0, 0);
  CHECK(one.cN.view()(0, 0) == Approx(variance).epsilon(1e-14));
  CHECK(one.cSb.view()(0, 0) >= 0);
  const GsnResult<Cpu> few = fitted(test::random_trials(3, 4, 2, 75));
  CHECK(few.data.validation == 1);
  CHECK(few.report.warnings.front().find("only 1 of the conditions validates") != std::string::npos);
  GsnOptions options;
  options.shrinklevels = std::vector<double>{0.25};
  const GsnResult<Cpu> two = fitted(test::random_trials(3, 2, 2, 76), options);
  CHECK(two.shrinklevelN == 0.25);
  CHECK(two.shrinklevelD == 0.25);
}
