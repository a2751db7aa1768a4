// Faults planted into log_diagonal_sum_batched.
#include <cmath>
#include <limits>

#include "isonomy/conformance/cases/linalg/log_diagonal_sum.hpp"
#include "isonomy/core/error.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::log_diagonal_sum_batched> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, BatchView<const T> l,
                  VectorView<const index_t> info, VectorView<T> out) {
    const auto sums = [&](const auto& logarithm, auto zero) {
      honest(l, info, out);
      for (index_t b = 0; b < l.batches; ++b) {
        auto sum = zero;
        for (index_t i = 0; i < l.rows; ++i) sum += logarithm(l[b](i, i));
        if (info(b) == 0) out(b) = static_cast<T>(sum);
      }
    };
    switch (number) {
    case 0:  // 0 for matrices that have failed
      honest(l, info, out);
      for (index_t b = 0; b < l.batches; ++b)
        if (info(b) != 0) out(b) = 0;
      return;
    case 1: try { honest(l, info, out);
      } catch (const ValueError&) {
      }
      return;
    case 2: return sums([](T x) { return x < std::numeric_limits<T>::min() ? T(0) : std::log(x); }, double{});
    case 3: return sums([](T x) { return static_cast<float>(std::log(x)); }, float{});
    case 4:  // the first row of every matrix in place of its diagonal
      l.row_stride = 0;
      return honest(l, info, out);
    case 5: l.batch_stride = 0; return honest(l, info, out);
    default:
      honest(l, info, out);
      for (index_t b = 0; b < out.size; ++b) out(b) *= 2;
    }
  }
};

namespace {
Facts log_diagonal_sum_facts() {
  return {"log_diagonal_sum_batched",
          {"L", "info"},
          {1},
          {0},
          usual_kinds({Kind::ignores_limit, Kind::narrows_output, Kind::flushes_denormals}),
          {65535, 1 << 20},
          {},
          {65535, 1 << 20},
          {"gives 0 for matrices that have failed", "says nothing of elements that are not positive",
           "takes the logarithms of denormals for 0", "adds in float", "reads the first row",
           "ignores the stride of the batch", "gives the logarithm of the determinant"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into sums of logarithms", "[planted]") {
  judge_sample<op::log_diagonal_sum_batched>(log_diagonal_sum_facts());
}
TEST_CASE("the kit catches every fault planted into sums of logarithms", "[planted][long]") {
  judge_all<op::log_diagonal_sum_batched>(log_diagonal_sum_facts());
}

}  // namespace isonomy::test
