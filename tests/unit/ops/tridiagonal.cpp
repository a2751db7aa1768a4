// Pivots and counts of eigenvalues of tridiagonal matrices, against eigenvalues known by hand.
#include "isonomy/ops/linalg/eigen/tridiagonal.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "support/catch.hpp"

using namespace isonomy;

TEST_CASE("counts of eigenvalues follow those of the second difference", "[operations]") {
  for (const index_t n : {1, 2, 3, 10, 101})
    for (const double scale : {1.0, 1e-200, 1e200}) {
      const std::vector<double> d(static_cast<std::size_t>(n), 2 * scale), e(static_cast<std::size_t>(n), -scale);
      for (index_t k = 1; k <= n; ++k) {
        const double s = std::sin(std::numbers::pi * static_cast<double>(k) / (2 * static_cast<double>(n + 1)));
        const double value = 4 * s * s * scale;
        CHECK(eigenvalues_below(view(d), view(e), value * (1 - 1e-9)) == k - 1);
        CHECK(eigenvalues_below(view(d), view(e), value * (1 + 1e-9)) == k);
      }
    }
}

TEST_CASE("a pivot of 0 and one beyond all numbers keep the count", "[operations]") {
  // [[0, 1], [1, 0]]: -1 and 1; the first pivot at 0 is 0.
  const std::vector<double> zero{0, 0}, one{1};
  CHECK(eigenvalues_below(view(zero), view(one), 0) == 1);
  CHECK(eigenvalues_below(view(zero), view(one), -0.0) == 1);
  CHECK(eigenvalues_below(view(zero), view(one), -2) == 0);
  CHECK(eigenvalues_below(view(zero), view(one), 2) == 2);
  // Squares of the coupling overflow: eigenvalues are near -1e200, 0 and 1e200.
  const std::vector<double> d{1e-200, 1, 1e-200, 1}, e{1e200, 1e-200, 1e200};
  CHECK(eigenvalues_below(view(d), view(e), 0) == 2);
  CHECK(eigenvalues_below(view(d), view(e), -1e201) == 0);
  CHECK(eigenvalues_below(view(d), view(e), 1e201) == 4);
  CHECK(eigenvalues_below(view(zero).subview(0, 0), view(one), 1) == 0);
}

TEST_CASE("factors of a tridiagonal matrix multiply to it, and the first failing pivot is named", "[operations]") {
  const std::vector<double> d{4, 5, 6}, e{2, -4};
  std::vector<double> pivots(3, -7), below(2, -7);
  CHECK(tridiagonal_factors(view(d), view(e), 1, 0, view(pivots), view(below)) == 0);
  CHECK(pivots == std::vector<double>{4, 4, 2});
  CHECK(below == std::vector<double>{0.5, -1});
  // (T - 3) / 2 has the pivots 1/2 and -1.
  CHECK(tridiagonal_factors(view(d), view(e), 0.5, -1.5, view(pivots), view(below)) == 2);
  CHECK(pivots == std::vector<double>{0.5, 4, 2});
  CHECK(tridiagonal_factors(view(d), view(e), std::nan(""), 0, view(pivots), view(below)) == 1);
}
