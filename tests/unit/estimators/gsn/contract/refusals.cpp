// What fit() refuses, and how it is stopped.
#include "isonomy/estimators/gsn/fit.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/fits.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using gsn::GsnOptions;
using gsn::GsnResult;
using test::changed, test::everything, test::fitted, test::matrices, test::Trials;

TEST_CASE("data and options that cannot be fitted are refused before any work", "[gsn]") {
  const auto refused = [](const Trials& d, const GsnOptions& options = {}) {
    return test::message<ValueError>([&] { (void)fitted(d, options); });
  };
  const Trials d = test::random_trials(3, 10, 2, 77);
  Trials infinite = d;
  infinite(1, 0, 1) = -test::infinity;
  CHECK(refused(infinite).find("not finite at (1, 0, 1)") != std::string::npos);
  CHECK(refused(test::random_trials(3, 10, 1, 77)).find("expected 2 at least") != std::string::npos);
  CHECK(refused(test::random_trials(3, 1, 2, 77))
            .find("1 conditions; expected 2 at least, of which signal is the difference; give more") !=
        std::string::npos);
  CHECK(refused(test::random_trials(3, 2, 2, 77)) == "gsn::fit: none of 2 conditions is left to validate 51 levels; "
                                                     "expected one at least; give 3 conditions or more, or one level");
  GsnOptions options;
  options.max_iterations = 0;
  CHECK(refused(d, options).find("max_iterations=0") != std::string::npos);
  for (const double factor : {1e-160, 1e160}) {
    const std::string told = refused(changed(d, factor));
    CHECK(told.find("gsn::fit: the largest magnitude of unit 0 is ") == 0);
    CHECK(told.find("expected 0, or from 1e-150 to 1e150") != std::string::npos);
    CHECK(told.find("rescale the data") != std::string::npos);
  }
  options = {};
  options.shrinklevels = std::vector<double>{0.5, -1};
  CHECK(refused(d, options).find("gsn::fit: shrinklevels[1]=-1") != std::string::npos);
  options.shrinklevels = std::vector<double>{1.5};
  CHECK(refused(d, options).find("set allow_extrapolation") != std::string::npos);
  options.allow_extrapolation = true;
  const GsnResult<Cpu> beyond = fitted(d, options);
  options.shrinklevels = std::vector<double>{1};
  const GsnResult<Cpu> whole = fitted(d, options);
  CHECK(beyond.shrinklevelN == 1.5);
  CHECK(beyond.cN.view()(0, 1) == 1.5 * whole.cN.view()(0, 1));
  CHECK(beyond.cN.view()(1, 1) == whole.cN.view()(1, 1));
}

TEST_CASE("a fit reports its progress and can be stopped", "[gsn]") {
  const Trials d = test::random_trials(5, 10, 2, 78);
  std::vector<std::int64_t> done;
  std::stop_source stop;
  Context<Cpu> ctx;
  ctx.control().progress = [&](const Progress& p) {
    if (std::string(p.stage) == "gsn") done.push_back(p.done);
  };
  (void)gsn::fit(ctx, d.view());
  CHECK(done == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  ctx.control().stop = stop.get_token();
  stop.request_stop();
  CHECK_THROWS_AS(gsn::fit(ctx, d.view()), Cancelled);
}

TEST_CASE("a fit can be stopped in every stage, and fits again", "[gsn]") {
  const Trials d = test::random_trials(60, 20, 3, 82);
  const GsnResult<Cpu> expected = fitted(d);
  Context<Cpu> ctx;
  for (const std::int64_t stage : {0, 1, 2, 3}) {
    std::stop_source stop;
    std::int64_t last = -1;
    ctx.control().stop = stop.get_token();
    ctx.control().progress = [&](const Progress& p) {
      if (std::string(p.stage) != "gsn") return;
      last = p.done;
      if (p.done == stage) stop.request_stop();
    };
    CHECK_THROWS_AS(gsn::fit(ctx, d.view(), everything()), Cancelled);
    CHECK(last == stage);
    CHECK(ctx.counters().bytes_allocated == 0);
  }
  ctx.control() = {};
  CHECK(matrices(gsn::fit(ctx, d.view(), everything())) == matrices(expected));
}
