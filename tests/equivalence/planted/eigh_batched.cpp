// Faults planted into eigenvectors of batches.
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/linalg/eigh_batched.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::eigh_batched> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, BatchView<const T> a, MatrixView<T> w,
                  BatchView<T> v, VectorView<index_t> info) {
    const index_t n = a.rows;
    switch (number) {
    case 0:  // the first matrix in all slots
      return honest(BatchView<const T>(a.data, a.batches, n, n, 0, a.row_stride, a.column_stride), w, v, info);
    case 1:
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s) info(s) = info(s) < 0 ? 1 : info(s);
      return;
    case 2:
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s) info(s) = 0;
      return;
    case 3:  // what it did not solve is 0
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s)
        for (index_t j = 0; info(s) != 0 && j < n; ++j) w(s, j) = 0;
      return;
    case 4:
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s)
        if (info(s) != 0) v[s](n - 1, 0) = 0;
      return;
    case 5:  // ends at the first that it cannot solve
      honest(a, w, v, info);
      for (index_t s = 1; s < info.size; ++s)
        if (info(s - 1) != 0) info(s) = info(s - 1);
      return;
    case 6:  // the eigenvalues of the neighbour
      honest(a, w, v, info);
      for (index_t j = 0; info.size > 1 && j < n; ++j) std::swap(w(0, j), w(info.size - 1, j));
      return;
    case 7:
      honest(a, w, v, info);
      for (index_t i = 0; info.size > 0 && i < n; ++i) v[info.size - 1](i, n - 1) *= -1;
      return;
    case 8:  // an infinity is a number
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s)
        for (index_t j = 0; info(s) < 0 && j < n; ++j)
          if (std::isinf(a[s](n - 1, j))) info(s) = 0;
      return;
    case 9: {  // the whole matrix must be finite
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s)
        for (index_t j = 1; j < n; ++j)
          if (!std::isfinite(a[s](0, j))) info(s) = -1;
      return;
    }
    case 10:  // all of a batch in one scale
      honest(a, w, v, info);
      for (index_t s = 0; s < info.size; ++s)
        for (index_t j = 0; info(s) == 0 && j < n; ++j)
          if (std::abs(w(s, j)) < std::abs(w(0, 0)) * std::numeric_limits<T>::min()) w(s, j) = 0;
      return;
    default:
      honest(a, w, v, info);
      for (index_t s = 1000; s < info.size; ++s)
        for (index_t j = 0; j < n; ++j) w(s, j) = w(s - 1000, j);
    }
  }
};

namespace {
Facts eigh_batched_facts() {
  std::vector<Kind> kinds = usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output,
                                         Kind::flushes_results, Kind::takes_heap, Kind::keeps_memory_when_stopped});
  std::erase(kinds, Kind::throws_sometimes);
  return {"eigh_batched",
          {"A"},
          {},
          {0},
          kinds,
          {39},
          {},
          {1024},
          {"solves the first matrix in all slots", "says 1 of what is not finite", "says 0 of all",
           "clears eigenvalues that it did not find", "leaves a vector that it did not find",
           "says of a matrix what it said of the one before", "exchanges the eigenvalues of two matrices",
           "gives the last vector the other sign", "takes infinities for numbers", "looks at the upper triangle",
           "scales all matrices alike", "repeats eigenvalues beyond 1000 matrices"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into eigenvectors of batches", "[planted]") {
  judge_sample<op::eigh_batched>(eigh_batched_facts());
}
TEST_CASE("the kit catches every fault planted into eigenvectors of batches", "[planted][long]") {
  judge_all<op::eigh_batched>(eigh_batched_facts());
}

}  // namespace isonomy::test
