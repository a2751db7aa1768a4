// The incomplete gamma function and the chi-squared tail against SciPy 1.17, and the likelihood-ratio test.
#include <cmath>
#include <vector>

#include "isonomy/estimators/mixture/minimise/likelihood_ratio.hpp"
#include "isonomy/ops/special/incomplete_gamma.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::message;

TEST_CASE("incomplete_gamma_upper agrees with SciPy", "[special]") {
  struct Row {
    double a, x, expected;
  };
  const std::vector<Row> rows{{0.5, 0.3, 0.4385780260809997},     {0.5, 10, 7.744216431044088e-06},
                              {1, 2, 0.1353352832366127},         {2.5, 2.4, 0.4407729680866631},
                              {10, 3, 0.9988975118698845},        {10, 30, 7.121750862815593e-06},
                              {100, 90, 0.84177901081357},        {100, 150, 5.924540335483916e-06},
                              {0.01, 1e-05, 0.10366320173280281}, {1.5, 300, 1.0078435921645548e-129}};
  for (const Row& r : rows) {
    INFO("a = " << r.a << ", x = " << r.x);
    CHECK(incomplete_gamma_upper(r.a, r.x) == Approx(r.expected).epsilon(1e-12));
  }
  CHECK(incomplete_gamma_upper(2, 0) == 1);
  CHECK(incomplete_gamma_upper(2, INFINITY) == 0);
  CHECK(std::isnan(incomplete_gamma_upper(2, std::nan(""))));
  CHECK(message<ValueError>([] { static_cast<void>(incomplete_gamma_upper(0, 1)); }) ==
        "incomplete_gamma: a=0.000000, x=1.000000; expected a > 0 and x >= 0");
  CHECK_THROWS_AS(incomplete_gamma_upper(1, -1), ValueError);
}

TEST_CASE("chi_squared_tail has the textbook quantiles", "[special]") {
  CHECK(chi_squared_tail(3.841458820694124, 1) == Approx(0.05).epsilon(1e-12));
  CHECK(chi_squared_tail(5.991464547107979, 2) == Approx(0.05).epsilon(1e-12));
  CHECK(chi_squared_tail(0, 3) == 1);
  CHECK(chi_squared_tail(-1, 3) == 1);
}

TEST_CASE("the likelihood ratio tests nested models", "[mixture]") {
  const mixture::LikelihoodRatio test = mixture::likelihood_ratio(1001.920729410347, 1000, 1);
  CHECK(test.statistic == Approx(3.841458820694).epsilon(1e-10));
  CHECK(test.p_value == Approx(0.05).epsilon(1e-9));
  CHECK(mixture::likelihood_ratio(1000, 1000 + 1e-7, 2).p_value == 1);
  CHECK_THROWS_AS(mixture::likelihood_ratio(1000, 1000, 0), ValueError);
  CHECK_THROWS_AS(mixture::likelihood_ratio(1000, 1001, 1), ValueError);
  CHECK_THROWS_AS(mixture::likelihood_ratio(INFINITY, 1000, 1), ValueError);
}
