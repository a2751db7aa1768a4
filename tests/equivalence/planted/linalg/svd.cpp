// Faults planted into singular values and their vectors.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/linalg/svd.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::svd> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> a, MatrixView<T> u,
                  VectorView<T> s, MatrixView<T> v) {
    const index_t k = s.size, last = k - 1;
    if (number == 0) try {
        return honest(a, u, s, v);
      } catch (const ValueError&) {
        return;
      }
    honest(a, u, s, v);
    if (k == 0) return;
    const auto negate = [](MatrixView<T> x, index_t j) {
      for (index_t i = 0; i < x.rows; ++i) x(i, j) = -x(i, j);
    };
    const auto every = [&](const auto& f) {
      for (index_t j = 0; j < k; ++j) f(s(j), j);
    };
    switch (number) {
    case 1: return negate(u, last), negate(v, last);
    case 2:  // ascending
      for (index_t j = 0; j < k / 2; ++j) {
        std::swap(s(j), s(last - j));
        for (index_t i = 0; i < u.rows; ++i) std::swap(u(i, j), u(i, last - j));
        for (index_t i = 0; i < v.rows; ++i) std::swap(v(i, j), v(i, last - j));
      }
      return;
    case 3:  // columns of A over their lengths, of which some have none
      return every([&](T& x, index_t j) {
        for (index_t i = 0; x == 0 && i < u.rows; ++i) u(i, j) = 0;
      });
    case 4:
      for (index_t i = 0; i < v.rows; ++i) v(i, last) *= T(1 + 1e-3);
      return;
    case 5: return negate(v, last);
    case 6:  // roots of eigenvalues of A^T A
      return every([&](T& x, index_t) {
        const T off = std::sqrt(std::numeric_limits<T>::epsilon()) * s(0);
        if (x < off) x = off;
      });
    case 7:  // squares of elements overflow
      if (!std::isfinite(a(0, 0) * a(0, 0))) s(0) = std::numeric_limits<T>::infinity();
      return;
    case 8:  // of a wide matrix the other vectors say the sign
      for (index_t j = 0; v.rows > u.rows && j < k; ++j) {
        T largest = 0;
        for (index_t i = 0; i < v.rows; ++i)
          if (std::abs(v(i, j)) > std::abs(largest)) largest = v(i, j);
        if (largest < 0) negate(u, j), negate(v, j);
      }
      return;
    case 9:  // of equal values the first alone
      for (index_t j = last; j > 0; --j)
        if (s(j) == s(j - 1)) s(j) = 0;
      return;
    case 10:
      for (index_t j = 64; j < k; ++j)
        for (index_t i = 0; i < v.rows; ++i) v(i, j) = i == j ? T(1) : T(0);
      return;
    case 11:
      if (u.rows > 8192) u(u.rows - 1, 0) += T(0.01);
      return;
    case 12:  // rotations end too early
      for (index_t i = 0; k > 1 && i < u.rows; ++i) u(i, last) += u(i, 0) / 128;
      return;
    default: return every([](T& x, index_t) { x *= T(1 + 1e-3); });
    }
  }
};

namespace {
Facts svd_facts() {
  // No row has 2^20 elements: the residual of such a matrix takes too long.
  std::vector<Kind> kinds = usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output,
                                         Kind::flushes_results, Kind::takes_heap, Kind::keeps_memory_when_stopped});
  std::erase(kinds, Kind::throws_sometimes);
  return {"svd",
          {"A"},
          {0},
          {0},
          kinds,
          {400},
          {100},
          {},
          {"takes NaN for a number", "gives a pair of vectors the other sign", "gives ascending values",
           "gives no vector for a value of 0", "gives vectors that are too long", "turns a vector of columns alone",
           "takes roots of eigenvalues of the square", "squares elements whose squares overflow",
           "signs wide matrices by their other vectors", "gives equal values once",
           "leaves out vectors beyond the first 64", "spoils a row beyond 8192", "ends before columns are orthogonal",
           "gives values that are too large"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into singular values", "[planted]") {
  judge_sample<op::svd>(svd_facts());
}
TEST_CASE("the kit catches every fault planted into singular values", "[planted][long]") {
  judge_all<op::svd>(svd_facts());
}

}  // namespace isonomy::test
