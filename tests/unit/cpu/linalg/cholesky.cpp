// cholesky and cholesky_batched of Backend<Cpu>: the exact result that they define, on every instruction set.
#include <cmath>
#include <string>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

/// s_ij the chain of fma over k < j from 0; l_jj = sqrt(a_jj - s_jj), l_ij = (a_ij - s_ij) / l_jj; by rows.
template <class T>
void defined(std::vector<T>& a, index_t n) {
  const auto at = [&](index_t i, index_t j) -> T& { return a[static_cast<std::size_t>(i * n + j)]; };
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i) {
      T s = 0;
      for (index_t k = 0; k < j; ++k) s = std::fma(at(i, k), at(j, k), s);
      at(i, j) = i == j ? std::sqrt(at(i, j) - s) : (at(i, j) - s) / at(j, j);
    }
}

/// Symmetric and dominated by its diagonal; above it, numbers of their own that must stay.
template <class T>
std::vector<T> matrix(index_t n, std::uint64_t seed) {
  std::vector<T> a;
  for (index_t i = 0; i < n; ++i)
    for (index_t j = 0; j < n; ++j)
      a.push_back(static_cast<T>(2 * random_unit(seed, static_cast<std::uint64_t>(i * n + j)) - 1 +
                                 (i == j ? 2 * static_cast<double>(n) : 0)));
  return a;
}

}  // namespace

TEMPLATE_TEST_CASE("a Cholesky factor has the bits of its definition on every instruction set", "[linalg]", float,
                   double) {
  using T = TestType;
  for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set)
    for (const index_t n : {1, 2, 3, 4, 5, 11, 12, 13, 23, 24, 25, 47, 49, 97, 130}) {
      cpu::ContextOptions options{};
      options.threads = 2;
      options.instruction_set = static_cast<cpu::InstructionSet>(set);
      Context<Cpu> ctx{std::move(options)};
      std::vector<T> batch, expected;
      for (const std::uint64_t seed : {1, 2, 3}) {
        std::vector<T> a = matrix<T>(n, seed);
        batch.insert(batch.end(), a.begin(), a.end());
        defined(a, n);
        expected.insert(expected.end(), a.begin(), a.end());
      }
      std::vector<T> turned(batch.size());  // the same matrices by columns
      for (index_t b = 0; b < 3; ++b)
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j < n; ++j)
            turned[static_cast<std::size_t>(b * n * n + j * n + i)] =
                batch[static_cast<std::size_t>(b * n * n + i * n + j)];
      std::vector<index_t> info(3, -1);
      cholesky_batched(ctx, BatchView<T>(batch.data(), 3, n, n, n * n, n, 1), VectorView<index_t>(info.data(), 3));
      INFO(cpu::name(ctx.instruction_set()) << ", n = " << n);
      CHECK(batch == expected);
      CHECK(info == std::vector<index_t>(3, 0));
      cholesky_batched(ctx, BatchView<T>(turned.data(), 3, n, n, n * n, 1, n), VectorView<index_t>(info.data(), 3));
      bool same = true;
      for (index_t b = 0; b < 3; ++b)
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j < n; ++j)
            same = same && turned[static_cast<std::size_t>(b * n * n + j * n + i)] ==
                               expected[static_cast<std::size_t>(b * n * n + i * n + j)];
      CHECK(same);
    }
}

TEMPLATE_TEST_CASE("the factor of one matrix has the bits of one of a batch on any threads", "[linalg]", float,
                   double) {
  using T = TestType;
  for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set)
    for (const index_t n : {1, 7, 48, 95, 96, 97, 145, 300})
      for (const int threads : {1, 3}) {
        cpu::ContextOptions options{};
        options.threads = threads;
        options.instruction_set = static_cast<cpu::InstructionSet>(set);
        Context<Cpu> ctx{std::move(options)};
        std::vector<T> one = matrix<T>(n, 9), expected = one;
        index_t info = -1;
        cholesky_batched(ctx, BatchView<T>(expected.data(), 1, n, n, n * n, n, 1), VectorView<index_t>(&info, 1));
        cholesky(ctx, row_major(one.data(), n, n));
        INFO(cpu::name(ctx.instruction_set()) << ", n = " << n << ", " << threads << " threads");
        CHECK(one == expected);
        if (n == 145) {
          std::vector<T> slow = matrix<T>(n, 9);
          defined(slow, n);
          CHECK(one == slow);
        }
      }
}

TEST_CASE("a factorisation beyond the workspace limit takes nothing", "[linalg]") {
  cpu::ContextOptions options{};
  options.workspace_limit = 1000;
  Context<Cpu> ctx{std::move(options)};
  std::vector<double> a = matrix<double>(50, 1);
  const std::vector<double> before = a;
  std::vector<index_t> info(1, -1);
  CHECK_THROWS_AS(
      cholesky_batched(ctx, BatchView<double>(a.data(), 1, 50, 50, 2500, 50, 1), VectorView<index_t>(info.data(), 1)),
      OutOfMemory);
  CHECK(a == before);
  CHECK(info.front() == -1);
}
