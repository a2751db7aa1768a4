// The numerics of svd on Backend<Cpu>: every size about a few, matrices that are known to be hard, values known by
// hand.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/svd.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

struct SingularTriplets {
  std::vector<double> u, s, v;
};
[[nodiscard]] SingularTriplets triplets_of(Context<Cpu>& ctx, const std::vector<double>& a, index_t m, index_t n) {
  const index_t k = std::min(m, n);
  SingularTriplets t{std::vector<double>(static_cast<std::size_t>(m * k)),
                     std::vector<double>(static_cast<std::size_t>(k)),
                     std::vector<double>(static_cast<std::size_t>(n * k))};
  svd(ctx, column_major(a.data(), m, n), column_major(t.u.data(), m, k), view(t.s), column_major(t.v.data(), n, k));
  return t;
}
[[nodiscard]] std::vector<double> elements_of(index_t m, index_t n, const std::function<double(index_t, index_t)>& at) {
  std::vector<double> a;
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < m; ++i) a.push_back(at(i, j));
  return a;
}
[[nodiscard]] double noise_at(index_t i, index_t j) {
  return 2 * random_unit(5, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j)) - 1;
}
[[nodiscard]] bool agree(const std::vector<double>& a, const SingularTriplets& t, index_t m, index_t n) {
  const index_t k = std::min(m, n);
  return !op::svd::of_result<double>(column_major(a.data(), m, n), column_major(t.u.data(), m, k),
                                     VectorView<const double>(t.s.data(), k), column_major(t.v.data(), n, k));
}
[[nodiscard]] Context<Cpu> threads_and_lanes(int threads, cpu::InstructionSet set) {
  cpu::ContextOptions options{};
  options.threads = threads;
  options.instruction_set = set;
  return Context<Cpu>{std::move(options)};
}

}  // namespace

TEST_CASE("every small shape has singular values and vectors", "[linalg]") {
  Context<Cpu> ctx;
  for (index_t m = 1; m < 10; ++m)
    for (index_t n = 1; n < 10; ++n) {
      INFO(m << " x " << n);
      const std::vector<double> a = elements_of(m, n, noise_at);
      CHECK(agree(a, triplets_of(ctx, a, m, n), m, n));
    }
}

TEST_CASE("small singular values of scaled columns are as right as large ones", "[linalg]") {
  Context<Cpu> ctx;
  // Columns are orthogonal, 2^-j long.
  const index_t n = 8;
  const auto parity = [](index_t x) { return (x ^ x >> 1 ^ x >> 2) % 2 == 0 ? 1.0 : -1.0; };
  const std::vector<double> a = elements_of(
      n, n, [&](index_t i, index_t j) { return parity(i & j) * std::ldexp(1.0, -static_cast<int>(40 * j)); });
  const SingularTriplets t = triplets_of(ctx, a, n, n);
  for (std::size_t j = 0; j < t.s.size(); ++j)
    CHECK(std::abs(t.s[j] / (std::sqrt(8.0) * std::ldexp(1.0, -40 * static_cast<int>(j))) - 1) < 1e-14);
}

TEST_CASE("hard matrices have singular vectors, in the same bits everywhere", "[linalg]") {
  const index_t m = 130, n = 101;  // rotations share a round between threads from 92 columns on
  const auto across = [](index_t i, index_t j) { return static_cast<double>(i + 2 * j) / 340; };
  const std::vector<std::pair<std::string, std::function<double(index_t, index_t)>>> matrices{
      {"Hilbert's", [](index_t i, index_t j) { return 1 / static_cast<double>(i + j + 1); }},
      {"Kahan's", [](index_t i, index_t j) { return std::pow(0.9, i) * (i > j    ? 0
                                                                        : i == j ? 1
                                                                                 : -0.43); }},
      {"Laeuchli's", [](index_t i, index_t j) { return i == 0       ? 1
                                                       : i == j + 1 ? 1e-9
                                                                    : 0; }},
      {"of rank 5",
       [](index_t i, index_t j) {
         double sum = 0;
         for (index_t p = 0; p < 5; ++p) sum += noise_at(i, 100 + p) * noise_at(100 + p, j);
         return sum;
       }},
      {"with rows of 0", [](index_t i, index_t j) { return i % 3 == 0 ? noise_at(i, j) : 0; }},
      {"graded up", [=](index_t i, index_t j) { return std::pow(10, 290 * across(i, j)) * noise_at(i, j); }},
      {"graded down", [=](index_t i, index_t j) { return std::pow(10, -290 * across(i, j)) * noise_at(i, j); }},
      {"denormal", [](index_t i, index_t j) { return std::floor(1000 * noise_at(i, j)) * 0x1p-1074; }}};
  for (const auto& [what, at] : matrices) {
    INFO(what);
    const std::vector<double> a = elements_of(m, n, at);
    Context<Cpu> plain = threads_and_lanes(1, cpu::InstructionSet::scalar);
    const SingularTriplets t = triplets_of(plain, a, m, n);
    CHECK(agree(a, t, m, n));
    Context<Cpu> ctx = threads_and_lanes(3, cpu::best_instruction_set());
    const SingularTriplets other = triplets_of(ctx, a, m, n);
    CHECK((other.u == t.u && other.s == t.s && other.v == t.v));
  }
}

TEST_CASE("singular values beyond the range of double are infinite, and judged by that", "[linalg]") {
  Context<Cpu> ctx;
  const std::vector<double> huge = elements_of(30, 20, [](index_t, index_t) { return 1.5e308; });
  const SingularTriplets t = triplets_of(ctx, huge, 30, 20);
  CHECK(std::isinf(t.s[0]));
  CHECK(t.s[1] < 1e300);
  CHECK(agree(huge, t, 30, 20));
  const std::vector<double> diagonal = elements_of(2, 2, [](index_t i, index_t j) { return i == j ? 1.5e308 : 0; });
  SingularTriplets honest = triplets_of(ctx, diagonal, 2, 2);
  CHECK(agree(diagonal, honest, 2, 2));
  honest.s = {1.7e308, 3};
  CHECK(!agree(diagonal, honest, 2, 2));
}

TEST_CASE("svd names itself where memory for one of its parts is lacking", "[linalg]") {
  Context<Cpu> ctx = threads_and_lanes(1, cpu::InstructionSet::scalar);
  const std::vector<double> a = elements_of(40, 30, noise_at);
  static_cast<void>(triplets_of(ctx, a, 40, 30));
  ctx.control().workspace_limit = ctx.counters().bytes_peak - 1;
  CHECK(test::message<OutOfMemory>([&] { static_cast<void>(triplets_of(ctx, a, 40, 30)); }).rfind("svd: ", 0) == 0);
}
