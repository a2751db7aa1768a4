// Faults planted into eigenvalues and eigenvectors.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/linalg/eigh.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::eigh> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> a, VectorView<T> w,
                  MatrixView<T> v) {
    const index_t n = a.rows;
    const auto negate = [&](index_t j) {
      for (index_t i = 0; i < n; ++i) v(i, j) = -v(i, j);
    };
    switch (number) {
    case 0:  // descending
      honest(a, w, v);
      for (index_t j = 0; j < n / 2; ++j) {
        std::swap(w(j), w(n - 1 - j));
        for (index_t i = 0; i < n; ++i) std::swap(v(i, j), v(i, n - 1 - j));
      }
      return;
    case 1:
      honest(a, w, v);
      if (n > 1) negate(n - 1);
      return;
    case 2: {  // the mean of both triangles, where that is a number
      std::vector<T> mean(static_cast<std::size_t>(n * n));
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j <= i; ++j)
          mean[static_cast<std::size_t>(j * n + i)] = a(j, i) == a(j, i) ? (a(i, j) + a(j, i)) / 2 : a(i, j);
      return honest(MatrixView<const T>(mean.data(), n, n, 1, n), w, v);
    }
    case 3:  // of several largest elements the last is made positive
      honest(a, w, v);
      for (index_t j = 0; j < n; ++j) {
        T largest = 0;
        for (index_t i = 0; i < n; ++i)
          if (std::abs(v(i, j)) >= std::abs(largest)) largest = v(i, j);
        if (largest < 0) negate(j);
      }
      return;
    case 4:
      honest(a, w, v);
      for (index_t j = 0; j < n; ++j) w(j) = std::abs(w(j));
      return;
    case 5:  // one vector for all of a cluster
      honest(a, w, v);
      for (index_t j = 1; j < n; ++j)
        if (w(j) == w(j - 1))
          for (index_t i = 0; i < n; ++i) v(i, j) = v(i, j - 1);
      return;
    case 6:
      honest(a, w, v);
      for (index_t j = 0; j < n; ++j)
        for (index_t i = 0; i < n; ++i) v(i, j) *= T(1 + 1e-5);
      return;
    case 7: try { honest(a, w, v);
      } catch (const ValueError&) {
      }
      return;
    case 8: {  // squares of elements overflow
      bool beyond = false;
      for (index_t j = 0; j < n; ++j) beyond = beyond || !std::isfinite(a(n - 1, j) * a(n - 1, j));
      honest(a, w, v);
      if (beyond) w(n - 1) = std::numeric_limits<T>::infinity();
      return;
    }
    case 9:  // an error that the residual does not show, the vectors being orthogonal no longer
      honest(a, w, v);
      for (index_t j = 1; j < n; ++j)
        if (std::abs(w(j) - w(j - 1)) <= 4 * std::numeric_limits<T>::epsilon() * std::abs(w(j)))
          for (index_t i = 0; i < n; ++i) v(i, j) += v(i, j - 1) / 1024;
      return;
    default:  // the last two eigenvalues are taken for equal
      honest(a, w, v);
      if (n > 1) w(n - 1) = w(n - 2);
    }
  }
};

namespace {
Facts eigh_facts() {
  // No row has 2^20 elements: eigenvectors of 1024 rows take the scalar form too long.
  std::vector<Kind> kinds = usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output,
                                         Kind::flushes_results, Kind::takes_heap, Kind::keeps_memory_when_stopped});
  std::erase(kinds, Kind::throws_sometimes);
  return {"eigh",
          {"A"},
          {},
          {0},
          kinds,
          {400},
          {},
          {},
          {"gives descending eigenvalues", "gives a vector the other sign", "reads the upper triangle",
           "makes the last of several largest elements positive", "gives magnitudes of eigenvalues",
           "gives one vector for all of a cluster", "gives vectors that are too long", "takes NaN for a number",
           "squares elements whose squares overflow", "leaves vectors of clusters askew",
           "takes the last two eigenvalues for equal"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into eigenvectors", "[planted]") {
  judge_sample<op::eigh>(eigh_facts());
}
TEST_CASE("the kit catches every fault planted into eigenvectors", "[planted][long]") {
  judge_all<op::eigh>(eigh_facts());
}

}  // namespace isonomy::test
