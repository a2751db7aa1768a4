// Faults planted into gemm, gemm_batched and syrk.
#include <cmath>
#include <vector>

#include "isonomy/conformance/cases/linalg/gemm.hpp"
#include "isonomy/conformance/cases/linalg/gemm_batched.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::gemm> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context& ctx, T alpha, MatrixView<const T> a,
                  MatrixView<const T> b, T beta, MatrixView<T> out) {
    const T denormal = std::numeric_limits<T>::denorm_min();
    const index_t k = a.columns;
    switch (number) {
    case 0: return honest(alpha, a.column_block(0, k > 0 ? k - 1 : 0), b.row_block(0, k > 0 ? k - 1 : 0), beta, out);
    case 1:  // beta == 0 must not read it
      if (beta == 0)
        for (index_t i = 0; i < out.rows; ++i)
          for (index_t j = 0; j < out.columns; ++j) out(i, j) *= beta;
      return honest(alpha, a, b, T{1}, out);
    case 2: return honest(alpha == T(-1) ? T(1) : alpha, a, b, beta, out);
    case 3: return honest(alpha == T(2) ? T(1) : alpha, a, b, beta, out);
    case 4: return honest(alpha == T(0) ? T(1) : alpha, a, b, beta, out);
    case 5: return honest(alpha, a, b, beta == T(-1) ? T(1) : beta, out);
    case 6: return honest(alpha, a, b, beta == T(2) ? T(1) : beta, out);
    case 7: return honest(std::abs(alpha) < 1000 * denormal ? T(0) : alpha, a, b, beta, out);
    case 8: return honest(alpha, a, b, std::abs(beta) < 1000 * denormal ? T(0) : beta, out);
    case 9:
      if (beta == T(1)) return;  // nothing is added
      return honest(alpha, a, b, beta, out);
    case 10:
      if (k <= 65535) return honest(alpha, a, b, beta, out);
      return honest(alpha, a.column_block(0, 65535), b.row_block(0, 65535), beta, out);
    case 11:
      if (k <= 1 << 20) return honest(alpha, a, b, beta, out);
      return honest(alpha, a.column_block(0, 1 << 20), b.row_block(0, 1 << 20), beta, out);
    case 12: {  // halves of the sum added in the order in which they come
      if (k < 1000 || ctx.threads() == 1) return honest(alpha, a, b, beta, out);
      static int call = 0;
      const index_t first = ++call % 3 == 0 ? 0 : k / 2, second = first == 0 ? k / 2 : 0, half = k / 2;
      honest(alpha, a.column_block(first, half), b.row_block(first, half), beta, out);
      return honest(alpha, a.column_block(second, half), b.row_block(second, half), T(1), out);
    }
    default:  // a column of zeros is skipped, whatever stands in A
      for (index_t p = 0; p < k; ++p) {
        bool zero = b.columns > 0;
        for (index_t j = 0; j < b.columns; ++j) zero = zero && b(p, j) == 0;
        if (zero) return honest(alpha, a.column_block(0, p), b.row_block(0, p), beta, out);
      }
      return honest(alpha, a, b, beta, out);
    }
  }
};
template <>
struct Special<op::gemm_batched> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, T alpha, BatchView<const T> a,
                  BatchView<const T> b, T beta, BatchView<T> out) {
    if (number == 0) a.batch_stride = 0;
    if (number == 1 && alpha == T(-1)) alpha = T(1);
    if (number == 2 && beta == 0) {  // must not read it
      for (index_t s = 0; s < out.batches; ++s)
        for (index_t i = 0; i < out.rows; ++i)
          for (index_t j = 0; j < out.columns; ++j) out[s](i, j) *= beta;
      beta = T(1);
    }
    honest(alpha, a, b, beta, out);
  }
};
template <>
struct Special<op::syrk> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, T alpha, MatrixView<const T> a, T beta,
                  MatrixView<T> out) {
    if (number == 1) return honest(alpha == T(-1) ? T(1) : alpha, a, beta, out);
    if (number == 2) return honest(alpha, a.row_block(0, std::min<index_t>(a.rows, 65535)), beta, out);
    std::vector<T> old;
    for (index_t i = 0; i < out.rows; ++i)
      for (index_t j = i + 1; j < out.rows; ++j) old.push_back(out(i, j));
    honest(alpha, a, beta, out);
    std::size_t n = 0;
    for (index_t i = 0; i < out.rows; ++i)
      for (index_t j = i + 1; j < out.rows; ++j) {
        out(i, j) = number == 0 ? old[n] : out(j, i) = out(i, j);
        ++n;
      }
  }
};

namespace {
Facts gemm_facts() {
  return {"gemm",
          {"A", "B"},
          {},
          {0, 1},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {65535, 1 << 20},
          {65535, 1 << 20},
          {},
          {"drops the last step", "reads the old output at beta 0", "takes alpha -1 for 1", "takes alpha 2 for 1",
           "takes alpha 0 for 1", "takes beta -1 for 1", "takes beta 2 for 1", "takes a denormal alpha for 0",
           "takes a denormal beta for 0", "adds nothing at beta 1", "loses steps beyond 65535",
           "loses steps beyond 2^20", "adds halves in the order in which they come", "ends at a row of zeros in B"}};
}
Facts gemm_batched_facts() {
  return {"gemm_batched",
          {"A", "B"},
          {},
          {0, 1},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {},
          {},
          {65535},
          {"takes the first matrix of A for all", "takes alpha -1 for 1", "reads the old output at beta 0"}};
}
Facts syrk_facts() {
  return {"syrk",
          {"A"},
          {},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {65535, 1 << 20},
          {1000},
          {},
          {"writes one triangle", "takes alpha -1 for 1", "loses rows beyond 65535"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into products", "[planted]") {
  judge_sample<op::gemm>(gemm_facts());
  judge_sample<op::gemm_batched>(gemm_batched_facts());
  judge_sample<op::syrk>(syrk_facts());
}
TEST_CASE("the kit catches every fault planted into products", "[planted][long]") {
  judge_all<op::gemm>(gemm_facts());
  judge_all<op::gemm_batched>(gemm_batched_facts());
  judge_all<op::syrk>(syrk_facts());
}

}  // namespace isonomy::test
