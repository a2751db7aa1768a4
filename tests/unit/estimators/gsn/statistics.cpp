// calc_cod and correlations: known values, points left out, gains, dimensions, units without variance.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/statistics/cod.hpp"
#include "isonomy/estimators/gsn/statistics/correlation.hpp"
#include "support/catch.hpp"
#include "support/gsn/matrices.hpp"
#include "support/message.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using gsn::Along;
using gsn::calc_cod;
using gsn::CodOptions;
using gsn::Gain;

namespace {

double cod_of(const std::vector<double>& x, const std::vector<double>& y, const CodOptions& options = {}) {
  return calc_cod(view(x), view(y), options);
}

}  // namespace

TEST_CASE("the coefficient of determination has its known values", "[gsn]") {
  CHECK(cod_of({1, 2, 3}, {1, 2, 3}) == 100);
  CHECK(cod_of({2, 2, 2}, {1, 2, 3}) == 0);                            // the mean explains nothing
  CHECK(cod_of({1, 2, 5}, {1, 2, 3}) == -100);                         // worse than the mean
  CHECK(cod_of({0, 0, 0}, {1, 2, 3}, {.subtract_mean = false}) == 0);  // residuals are the measurements
  CHECK(cod_of({1, 1, 1}, {1, 2, 3}, {.subtract_mean = false}) == Approx(100 * (1 - 5.0 / 14)).epsilon(1e-15));
}

TEST_CASE("points without a number do not count, in either of the two", "[gsn]") {
  const double gone = test::not_a_number;
  CHECK(cod_of({1, gone, 2, 5, 9}, {1, 7, 2, 3, gone}) == -100);
  CHECK(std::isnan(cod_of({gone, 1}, {2, gone})));
  CHECK(std::isnan(cod_of({}, {})));
  CHECK(std::isnan(cod_of({1, 2, 3}, {4, 4, 4})));
}

TEST_CASE("measurements that do not vary explain nothing, and the size of numbers does not matter", "[gsn]") {
  for (const double y : {0.1, -0.7, 1e-200, 3e200}) CHECK(std::isnan(cod_of({1, 2, 3}, {y, y, y})));
  CHECK(cod_of({1, 2, 3}, {0.1, 0.1, 0.1}, {.subtract_mean = false}) < 0);
  for (const Gain gain : {Gain::none, Gain::any}) {
    const double expected = cod_of({1, 2, 3}, {1, 2, 3.5}, {.gain = gain});
    for (const double f : {0x1p-700, 0x1p700, 0x1p1000}) {
      CHECK(cod_of({f, 2 * f, 3 * f}, {f, 2 * f, 3.5 * f}, {.gain = gain}) == expected);
      if (gain == Gain::any) CHECK(cod_of({1, 2, 3}, {f, 2 * f, 3.5 * f}, {.gain = gain}) == expected);
    }
  }
  CHECK(cod_of({1e200, 0}, {1, 2}) == -test::infinity);
}

TEST_CASE("a gain brings the model nearest to the measurements before means are subtracted", "[gsn]") {
  CHECK(cod_of({2, 4, 6}, {1, 2, 3}, {.gain = Gain::any}) == 100);
  CHECK(cod_of({-1, -2, -3}, {1, 2, 3}, {.gain = Gain::any}) == 100);
  // A gain of 0 leaves zeros, less the mean of the measurements: sum y^2 over sum (y - mean)^2.
  CHECK(cod_of({-1, -2, -3}, {1, 2, 3}, {.gain = Gain::not_negative}) == 100 * (1 - 14.0 / 2));
  CHECK(cod_of({0, 0, 0}, {1, 2, 3}, {.gain = Gain::any, .subtract_mean = false}) == 0);
}

TEST_CASE("matrices are read by columns, rows or as one, and a single row as MATLAB does", "[gsn]") {
  const std::vector<double> x{1, 2, 5, 3, 2, 1}, y{1, 2, 3, 3, 2, 1}, before = x;
  const auto by_columns = [](const std::vector<double>& v) { return column_major(v.data(), 3, 2); };
  CHECK(calc_cod(by_columns(x), by_columns(y), Along::columns) == std::vector<double>{-100, 100});
  CHECK(calc_cod(by_columns(x), by_columns(y), Along::automatic) == std::vector<double>{-100, 100});
  CHECK(calc_cod(transposed(by_columns(x)), transposed(by_columns(y)), Along::rows) == std::vector<double>{-100, 100});
  CHECK(calc_cod(row_major(x.data(), 1, 3), row_major(y.data(), 1, 3), Along::automatic) == std::vector<double>{-100});
  CHECK(calc_cod(by_columns(x), by_columns(y), Along::all) == std::vector<double>{0});
  CHECK(calc_cod(column_major(x.data(), 0, 2), column_major(y.data(), 0, 2), Along::columns).empty());
  CHECK(x == before);
  CHECK(test::message<ShapeError>([&] {
          (void)calc_cod(by_columns(x), column_major(y.data(), 2, 3), Along::columns);
        }) == "calc_cod: x is 3x2 and y is 2x3; give one element of the model for each measurement");
}

TEST_CASE("correlations are covariances over standard deviations, and units without variance are told", "[gsn]") {
  Context<Cpu> ctx;
  test::SquareMatrix c = test::with_eigenvalues({1, 2, 3, 4}, 31);
  const test::SquareMatrix full = c;
  test::SquareMatrix r(4);
  CHECK(gsn::convert_covariance_to_correlation(ctx, c.view(), r.view()).empty());
  for (index_t j = 0; j < 4; ++j)
    for (index_t i = 0; i < 4; ++i)
      CHECK(r(i, j) == Approx(full(i, j) / std::sqrt(full(i, i) * full(j, j))).epsilon(1e-14));
  CHECK(r(2, 2) == 1);
  c(0, 0) = -1;
  c(3, 3) = 0;
  CHECK(gsn::convert_covariance_to_correlation(ctx, c.view(), r.view()) == std::vector<index_t>{0, 3});
  for (index_t j = 0; j < 4; ++j)
    for (index_t i = 0; i < 4; ++i) CHECK(std::isnan(r(i, j)) == (i % 3 == 0 || j % 3 == 0));
  CHECK(test::message<AliasError>([&] {
          gsn::convert_covariance_to_correlation(ctx, c.view(), c.view());
        }).find("out") != std::string::npos);
}
