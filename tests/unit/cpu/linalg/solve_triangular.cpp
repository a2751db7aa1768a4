// solve_triangular of Backend<Cpu>: the exact result that it defines, on every instruction set.
#include "isonomy/ops/linalg/solve_triangular.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

/// x_i = (b_i - s_i) / l_ii, s_i the chain of fma from 0 over the unknowns that were found before, in that order.
template <class T>
void defined_unknowns(MatrixView<const T> l, MatrixView<T> b, bool lower) {
  for (index_t j = 0; j < b.columns; ++j)
    for (index_t step = 0; step < b.rows; ++step) {
      const index_t i = lower ? step : b.rows - 1 - step;
      T s = 0;
      for (index_t before = 0; before < step; ++before) {
        const index_t k = lower ? before : b.rows - 1 - before;
        s = std::fma(l(i, k), b(k, j), s);
      }
      b(i, j) = (b(i, j) - s) / l(i, i);
    }
}

template <class T>
std::vector<T> triangle_numbers(index_t n, std::uint64_t seed, T more) {
  std::vector<T> out;
  for (index_t e = 0; e < n; ++e)
    out.push_back(static_cast<T>(random_unit(seed, static_cast<std::uint64_t>(e))) + more);
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("triangular systems have the bits of their definition on every instruction set", "[linalg]", float,
                   double) {
  using T = TestType;
  for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set)
    for (const index_t n : {1, 5, 8, 96, 101, 290})
      for (const index_t r : {1, 12, 49})
        for (const Triangle triangle : {Triangle::lower, Triangle::upper}) {
          cpu::ContextOptions options{};
          options.threads = n % 2 == 0 ? 1 : 3;
          options.instruction_set = static_cast<cpu::InstructionSet>(set);
          Context<Cpu> ctx{std::move(options)};
          std::vector<T> l = triangle_numbers<T>(n * n, 1, T(-0.5));
          for (index_t i = 0; i < n; ++i) l[static_cast<std::size_t>(i * n + i)] = static_cast<T>(n);
          const std::vector<T> right = triangle_numbers<T>(n * r, 2, T(0));
          for (const bool by_rows : {false, true}) {
            const MatrixView<const T> left =
                by_rows ? row_major(std::as_const(l).data(), n, n) : column_major(std::as_const(l).data(), n, n);
            const auto in = [&](std::vector<T>& x) {
              return by_rows ? row_major(x.data(), n, r) : column_major(x.data(), n, r);
            };
            std::vector<T> expected = right, got = right;
            defined_unknowns(left, in(expected), triangle == Triangle::lower);
            solve_triangular(ctx, left, in(got), triangle);
            INFO(cpu::name(ctx.instruction_set()) << ", n = " << n << ", r = " << r);
            CHECK(got == expected);
          }
        }
}
