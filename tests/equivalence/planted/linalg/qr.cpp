// Faults planted into factors of orthonormal columns and a triangle.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/conformance/cases/linalg/qr.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::qr> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> a, MatrixView<T> q,
                  MatrixView<T> r) {
    const index_t m = q.rows, k = q.columns, n = r.columns, last = k - 1;
    if (number == 0) try {
        return honest(a, q, r);
      } catch (const ValueError&) {
        return;
      }
    honest(a, q, r);
    if (k == 0) return;
    const auto negate = [&](index_t p) {
      for (index_t i = 0; i < m; ++i) q(i, p) = -q(i, p);
      for (index_t j = p; j < n; ++j) r(p, j) = -r(p, j);
    };
    const auto in_q = [&](const auto& f) {
      for (index_t j = 0; j < k; ++j)
        for (index_t i = 0; i < m; ++i) f(q(i, j), i, j);
    };
    switch (number) {
    case 1: return negate(last);
    case 2: return in_q([&](T& x, index_t, index_t j) { x *= r(j, j) > 0 || j != last ? T(1) : T(0); });
    case 3:  // what stood there before is left below the diagonal
      for (index_t j = 0; j < n; ++j)
        for (index_t i = j + 1; i < k; ++i) r(i, j) = T(-7);
      return;
    case 4: return in_q([&](T& x, index_t, index_t) { x *= T(1 + 1e-4); });
    case 5:  // R is left as it is for the first columns of a wide matrix
      for (index_t j = k; j < n; ++j) r(0, j) = 0;
      return;
    case 6:  // squares of elements overflow
      for (index_t j = 0; j < n; ++j)
        if (!std::isfinite(a(0, j) * a(0, j))) r(0, 0) = std::numeric_limits<T>::infinity();
      return;
    case 7:  // columns are scaled by the largest of all: smaller ones are lost
      for (index_t j = 0; j < n; ++j) {
        T most = 0, here = 0;
        for (index_t i = 0; i < m; ++i)
          for (index_t c = 0; c < n; ++c)
            most = std::max(most, std::abs(a(i, c))), here = std::max(here, std::abs(a(i, j)));
        if (here < most * std::numeric_limits<T>::min())
          for (index_t i = 0; i < k; ++i) r(i, j) = 0;
      }
      return;
    case 8:  // of dependent columns Gram and Schmidt leave the residual's direction
      for (index_t j = 1; j < k; ++j)
        if (std::abs(r(j, j)) <= std::numeric_limits<T>::epsilon() * 64 * std::abs(r(0, j)))
          for (index_t i = 0; i < m; ++i) q(i, j) += q(i, 0) / 128;
      return;
    case 9:  // reflectors beyond the first 64 are not applied back
      if (k > 64)
        for (index_t j = 64; j < k; ++j)
          for (index_t i = 0; i < m; ++i) q(i, j) = i == j ? T(1) : T(0);
      return;
    case 10:
      if (m > 8192) q(m - 1, 0) += T(0.01);
      return;
    default:
      for (index_t j = 0; j < k; ++j) r(j, j) *= T(1 + 1e-3);
    }
  }
};

namespace {
Facts qr_facts() {
  // No row has 2^20 elements: the residual of such a matrix takes too long.
  std::vector<Kind> kinds = usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output,
                                         Kind::flushes_results, Kind::takes_heap, Kind::keeps_memory_when_stopped});
  std::erase(kinds, Kind::throws_sometimes);
  return {"qr",
          {"A"},
          {0},
          {0},
          kinds,
          {400},
          {190},
          {},
          {"takes NaN for a number", "gives a column the other sign", "gives no column where the diagonal is 0",
           "leaves something below the diagonal", "gives columns that are too long",
           "forgets a row of R beyond the square", "squares elements whose squares overflow",
           "scales all columns by one power", "leaves columns of dependent ones askew",
           "leaves out reflectors beyond the first 64", "spoils a row beyond 8192",
           "gives a diagonal that is too large"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into orthonormal factors", "[planted]") {
  judge_sample<op::qr>(qr_facts());
}
TEST_CASE("the kit catches every fault planted into orthonormal factors", "[planted][long]") {
  judge_all<op::qr>(qr_facts());
}

}  // namespace isonomy::test
