// Faults planted into cholesky_batched.
#include <cmath>
#include <limits>

#include "isonomy/conformance/cases/cholesky.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::cholesky_batched> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, BatchView<T> a, VectorView<index_t> info) {
    if (number == 4 && a.batches > 1) a.batches = 1;  // one matrix alone
    if (number == 5)
      for (index_t b = 0; b < a.batches; ++b)
        for (index_t i = 0; i < a.rows; ++i) a[b](i, i) += std::abs(a[b](i, i)) / 1000;  // jitter
    honest(a, number == 4 ? info.subview(0, a.batches) : info);
    for (index_t b = 0; b < a.batches; ++b) {
      if (number == 0 && info(b) > 0) --info(b);
      if (number == 2 && info(b) > 0) info(b) = 0;
      if (number == 6 && b > 0 && info(b - 1) > 0) info(b) = 1;  // failures spread
      for (index_t i = 0; i < a.rows; ++i) {
        if (number == 3) a[b](i, i) = -a[b](i, i);
        for (index_t j = i + 1; number == 1 && j < a.rows; ++j) a[b](i, j) = 0;
      }
    }
  }
};

namespace {
Facts cholesky_facts() {
  return {"cholesky_batched",
          {},
          {},
          {},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {100},
          {},
          {65535, 1 << 20},
          {"counts pivots from 0", "writes zeros above the diagonal", "knows no failure", "gives negative diagonals",
           "takes the first matrix alone", "adds to the diagonal", "lets one failure fail the next"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into Cholesky factors", "[planted]") {
  judge_sample<op::cholesky_batched>(cholesky_facts());
}
TEST_CASE("the kit catches every fault planted into Cholesky factors", "[planted][long]") {
  judge_all<op::cholesky_batched>(cholesky_facts());
}

}  // namespace isonomy::test
