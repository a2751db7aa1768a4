// Faults planted into tridiagonal forms and products with their reflectors.
#include <algorithm>
#include <cmath>
#include <vector>

#include "isonomy/conformance/cases/linalg/tridiagonalise.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::tridiagonalise> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> a, VectorView<T> d,
                  VectorView<T> e, MatrixView<T> v, VectorView<T> taus) {
    const index_t n = a.rows;
    if (number == 0) {  // the mean of both triangles, where that is a number
      std::vector<T> mean(static_cast<std::size_t>(n * n));
      for (index_t i = 0; i < n; ++i)
        for (index_t j = 0; j <= i; ++j)
          mean[static_cast<std::size_t>(j * n + i)] = a(j, i) == a(j, i) ? (a(i, j) + a(j, i)) / 2 : a(i, j);
      return honest(MatrixView<const T>(mean.data(), n, n, 1, n), d, e, v, taus);
    }
    honest(a, d, e, v, taus);
    if (n < 2) return;
    if (number == 1)  // signs of e
      for (index_t j = 0; j + 1 < n; ++j) e(j) = std::abs(e(j));
    if (number == 2)  // the leading 1 is left out
      for (index_t j = 0; j + 1 < n; ++j) v(j + 1, j) = 0;
    if (number == 3) taus(0) *= T(1 + 1e-4);
    if (number == 4) v(0, n - 1) = 1;
    if (number == 5 && n > 130) d(n - 1) += std::abs(d(0)) / 100;
  }
};

template <>
struct Special<op::apply_reflectors> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> v, VectorView<const T> taus,
                  bool transpose, MatrixView<T> c) {
    if (number == 0) return honest(v, taus, !transpose, c);
    if (number == 1) return honest(v, taus, false, c);
    if (number == 2 && c.rows > 64) {  // those behind the first block are left out
      std::vector<T> fewer(static_cast<std::size_t>(taus.size));
      for (index_t j = 0; j < 64 && j < taus.size; ++j) fewer[static_cast<std::size_t>(j)] = taus(j);
      return honest(v, VectorView<const T>(fewer.data(), taus.size), transpose, c);
    }
    honest(v, taus, transpose, c);
    if (number == 3)  // the unread part counts
      for (index_t j = 0; j < c.columns && c.rows > 0; ++j) c(0, j) += 0 * v(0, 0);
    if (number == 4 && c.rows > 1 && c.columns > 1) c(c.rows - 1, c.columns - 1) *= T(1.01);
  }
};

namespace {
/// No row has 2^20 elements: their reduction takes the scalar form too long.
std::vector<Kind> reflector_kinds() {
  std::vector<Kind> kinds = usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output,
                                         Kind::takes_heap, Kind::keeps_memory_when_stopped});
  std::erase(kinds, Kind::throws_sometimes);
  return kinds;
}
Facts tridiagonalise_facts() {
  return {"tridiagonalise",
          {"A"},
          {},
          {0},
          reflector_kinds(),
          {400},
          {},
          {},
          {"reads the upper triangle", "gives magnitudes of e", "leaves out the 1 of a reflector",
           "gives a reflector that is not orthogonal", "writes a last column that is not 0",
           "spoils an element of matrices beyond 130 rows"}};
}
Facts apply_reflectors_facts() {
  std::vector<Kind> kinds = reflector_kinds();
  std::erase(kinds, Kind::loses_first);  // no reflector reaches the first row
  return {"apply_reflectors",
          {"reflectors", "taus"},
          {1},
          {0, 1},
          kinds,
          {390},
          {200},
          {},
          {"transposes the wrong way", "ignores the transposition", "leaves out reflectors beyond the first 64",
           "reads elements above the reflectors", "spoils the last element"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into reflectors", "[planted]") {
  judge_sample<op::tridiagonalise>(tridiagonalise_facts());
  judge_sample<op::apply_reflectors>(apply_reflectors_facts());
}
TEST_CASE("the kit catches every fault planted into reflectors", "[planted][long]") {
  judge_all<op::tridiagonalise>(tridiagonalise_facts());
  judge_all<op::apply_reflectors>(apply_reflectors_facts());
}

}  // namespace isonomy::test
