// gemm and syrk of Backend<Cpu>: the exact result they define, on every instruction set.
#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

template <class T>
std::vector<T> random(index_t n, std::uint64_t seed) {
  std::vector<T> x(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i)
    x[static_cast<std::size_t>(i)] = static_cast<T>(2 * random_unit(seed, static_cast<std::uint64_t>(i)) - 1);
  return x;
}

/// The definition in cpu/linalg/gemm.hpp, word by word.
template <class T>
void defined_product(T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
  for (index_t i = 0; i < out.rows; ++i)
    for (index_t j = 0; j < out.columns; ++j) {
      T s = 0;
      for (index_t k = 0; k < a.columns; ++k) s = std::fma(a(i, k), b(k, j), s);
      if (beta != 0)
        out(i, j) = std::fma(alpha, s, beta * out(i, j));
      else
        out(i, j) = alpha == 1 ? s : alpha * s;
    }
}

std::vector<Context<Cpu>> contexts() {
  std::vector<Context<Cpu>> all;
  for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set)
    for (const int threads : {1, 4})
      all.emplace_back(
          cpu::ContextOptions{.threads = threads, .instruction_set = static_cast<cpu::InstructionSet>(set)});
  return all;
}

template <class T>
void check_products(index_t m, index_t k, index_t n) {
  const std::vector<T> a = random<T>(m * k, 1), b = random<T>(k * n, 2), old = random<T>(m * n, 3);
  for (const T alpha : {T(1), T(-0.3)})
    for (const T beta : {T(0), T(1), T(0.7)}) {
      std::vector<T> expected = old;
      defined_product<T>(alpha, row_major(a.data(), m, k), column_major(b.data(), k, n), beta,
                         column_major(expected.data(), m, n));
      for (Context<Cpu>& ctx : contexts()) {
        std::vector<T> got = old;
        gemm(ctx, alpha, row_major(a.data(), m, k), column_major(b.data(), k, n), beta, column_major(got.data(), m, n));
        CHECK(got == expected);
      }
    }
}

}  // namespace

TEMPLATE_TEST_CASE("gemm is the fma chain it is defined as, on every instruction set", "[gemm]", float, double) {
  check_products<TestType>(50, 30, 20);
  check_products<TestType>(5, 900, 7);  // a sum cut into blocks goes on where it stopped
  check_products<TestType>(110, 600, 13);
  check_products<TestType>(30, 1100, 13);  // more steps than are packed at a time
  check_products<TestType>(1, 1, 1);
}

TEMPLATE_TEST_CASE("gemm lets NaN and infinity reach the sums that hold them, whatever alpha and the other factor are",
                   "[gemm]", float, double) {
  using T = TestType;
  constexpr index_t m = 50, k = 9, n = 20;
  std::vector<T> a = random<T>(m * k, 1), b = random<T>(k * n, 2);
  const MatrixView<T> view_a = row_major(a.data(), m, k), view_b = column_major(b.data(), k, n);
  for (index_t j = 0; j < n; ++j) view_b(4, j) = 0;
  view_a(31, 4) = std::numeric_limits<T>::quiet_NaN();
  for (index_t i = 0; i < m; ++i) view_a(i, 6) = 0;
  view_b(6, 7) = std::numeric_limits<T>::infinity();
  for (Context<Cpu>& ctx : contexts())
    for (const T alpha : {T(0), T(1), T(2)})
      for (const T beta : {T(0), T(1)}) {
        std::vector<T> got(m * n, beta == 0 ? std::numeric_limits<T>::quiet_NaN() : T(1));
        const MatrixView<T> out = column_major(got.data(), m, n);
        gemm(ctx, alpha, view_a, view_b, beta, out);
        for (index_t i = 0; i < m; ++i)
          for (index_t j = 0; j < n; ++j) REQUIRE(std::isnan(out(i, j)) == (i == 31 || j == 7));
      }
}

TEMPLATE_TEST_CASE("syrk has the bits of gemm, also for an output that is not symmetric", "[gemm]", float, double) {
  using T = TestType;
  for (const index_t n : {1, 30, 101}) {
    const index_t k = n == 30 ? 1100 : 9;
    const std::vector<T> a = random<T>(k * n, 1), old = random<T>(n * n, 2);
    const MatrixView<const T> view_a = column_major(a.data(), k, n);
    for (const T alpha : {T(1), T(-0.3)})
      for (const T beta : {T(0), T(0.7)})
        for (Context<Cpu>& ctx : contexts()) {
          std::vector<T> by_gemm = old, by_syrk = old, by_columns = old;
          gemm(ctx, alpha, transposed(view_a), view_a, beta, row_major(by_gemm.data(), n, n));
          syrk(ctx, alpha, view_a, beta, row_major(by_syrk.data(), n, n));
          syrk(ctx, alpha, view_a, beta, column_major(by_columns.data(), n, n));
          CHECK(by_syrk == by_gemm);
          CHECK(by_columns == by_gemm);
        }
  }
}

TEST_CASE("syrk mirrors sums that stay in the output across its blocks of rows and of columns", "[gemm]") {
  constexpr index_t n = 3900, k = 2;  // blocks of 2304 rows and columns
  const std::vector<float> a = random<float>(k * n, 1);
  const MatrixView<const float> view_a = column_major(a.data(), k, n);
  std::vector<float> squares(n * n, std::numeric_limits<float>::quiet_NaN());
  Context<Cpu> ctx(cpu::ContextOptions{.threads = 2});
  syrk(ctx, 1, view_a, 0, column_major(squares.data(), n, n));
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i) {
      const float sum = std::fma(view_a(1, i), view_a(1, j), view_a(0, i) * view_a(0, j));
      if (squares[static_cast<std::size_t>(j * n + i)] != sum) FAIL("element " << i << ", " << j);
    }
}
