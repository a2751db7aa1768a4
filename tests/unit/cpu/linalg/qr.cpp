// The numerics of qr on Backend<Cpu>: every size about a panel, matrices that are known to be hard, strips of rows.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cpu/linalg/qr.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

[[nodiscard]] Context<Cpu> qr_context(int threads, cpu::InstructionSet set) {
  cpu::ContextOptions options{};
  options.threads = threads;
  options.instruction_set = set;
  return Context<Cpu>{std::move(options)};
}

struct Factors {
  std::vector<double> q, r;
};
[[nodiscard]] Factors factors_of(Context<Cpu>& ctx, const std::vector<double>& a, index_t m, index_t n) {
  const index_t k = std::min(m, n);
  Factors f{std::vector<double>(static_cast<std::size_t>(m * k)), std::vector<double>(static_cast<std::size_t>(k * n))};
  cpu::Qr::qr<double>(ctx, column_major(a.data(), m, n), column_major(f.q.data(), m, k),
                      column_major(f.r.data(), k, n));
  return f;
}
[[nodiscard]] std::vector<double> rectangle(index_t m, index_t n, const std::function<double(index_t, index_t)>& at) {
  std::vector<double> a;
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < m; ++i) a.push_back(at(i, j));
  return a;
}
[[nodiscard]] double random_at(index_t i, index_t j) {
  return 2 * random_unit(3, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j)) - 1;
}

/// The largest elements of A - Q R, column by column over its norm, and of Q^T Q - 1.
[[nodiscard]] std::pair<double, double> qr_errors(const std::vector<double>& elements, const Factors& f, index_t m,
                                                  index_t n) {
  const index_t k = std::min(m, n);
  const MatrixView<const double> a = column_major(elements.data(), m, n), q = column_major(f.q.data(), m, k),
                                 r = column_major(f.r.data(), k, n);
  long double residual = 0, skew = 0;
  for (index_t j = 0; j < n; ++j) {
    long double square = 0, most = 0;
    for (index_t i = 0; i < m; ++i) {
      long double off = -static_cast<long double>(a(i, j));
      for (index_t p = 0; p < k; ++p) off += static_cast<long double>(q(i, p)) * r(p, j);
      most = std::max(most, std::abs(off)), square += static_cast<long double>(a(i, j)) * a(i, j);
    }
    residual = std::max(residual, square > 0 ? most / std::sqrt(square) : most);
  }
  for (index_t j = 0; j < k; ++j)
    for (index_t i = 0; i <= j; ++i) {
      long double off = i == j ? -1 : 0;
      for (index_t p = 0; p < m; ++p) off += static_cast<long double>(q(p, i)) * q(p, j);
      skew = std::max(skew, std::abs(off));
    }
  return {static_cast<double>(residual), static_cast<double>(skew)};
}

}  // namespace

TEST_CASE("every size about a panel has orthonormal factors", "[linalg]") {
  Context<Cpu> ctx = qr_context(2, cpu::best_instruction_set());
  for (const index_t m : {1, 2, 63, 64, 65, 129})
    for (const index_t n : {1, 2, 63, 64, 65, 130}) {
      const std::vector<double> a = rectangle(m, n, random_at);
      const auto [residual, skew] = qr_errors(a, factors_of(ctx, a, m, n), m, n);
      INFO(m << " x " << n);
      CHECK(residual < static_cast<double>(std::min(m, n) + 8) * 0x1p-53);
      CHECK(skew < static_cast<double>(std::min(m, n) + 8) * 0x1p-52);
    }
}

TEST_CASE("hard matrices have orthonormal factors, in the same bits everywhere", "[linalg]") {
  const index_t m = 90, n = 70;
  const auto across = [](index_t i, index_t j) { return static_cast<double>(i + 2 * j) / 230; };
  const std::vector<std::pair<std::string, std::function<double(index_t, index_t)>>> matrices{
      {"ones", [](index_t, index_t) { return 1.0; }},
      {"Hilbert's", [](index_t i, index_t j) { return 1 / static_cast<double>(i + j + 1); }},
      {"Kahan's", [](index_t i, index_t j) { return std::pow(0.9, i) * (i > j    ? 0
                                                                        : i == j ? 1
                                                                                 : -0.43); }},
      {"Vandermonde's", [](index_t i, index_t j) { return std::pow(static_cast<double>(i + 1) / 90, j); }},
      {"Laeuchli's", [](index_t i, index_t j) { return i == 0       ? 1
                                                       : i == j + 1 ? 1e-9
                                                                    : 0; }},
      {"graded up", [=](index_t i, index_t j) { return std::pow(10, 290 * across(i, j)) * random_at(i, j); }},
      {"graded down", [=](index_t i, index_t j) { return std::pow(10, -290 * across(i, j)) * random_at(i, j); }},
      {"a tiny rest", [](index_t i, index_t j) { return (i < 5 ? 1 : 1e-200) * random_at(i, j); }},
      {"huge", [](index_t i, index_t j) { return 1e150 * random_at(i, j); }},
      {"tiny", [](index_t i, index_t j) { return 1e-150 * random_at(i, j); }},
      {"denormal", [](index_t i, index_t j) { return std::floor(1000 * random_at(i, j)) * 0x1p-1074; }}};
  for (const auto& [what, at] : matrices) {
    const std::vector<double> a = rectangle(m, n, at);
    Context<Cpu> plain = qr_context(1, cpu::InstructionSet::scalar);
    const Factors f = factors_of(plain, a, m, n);
    const auto [residual, skew] = qr_errors(a, f, m, n);
    INFO(what);
    CHECK(skew < 40 * 0x1p-52);
    if (what != "denormal") CHECK(residual < 40 * 0x1p-53);
    for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set) {
      Context<Cpu> ctx = qr_context(3, static_cast<cpu::InstructionSet>(set));
      const Factors other = factors_of(ctx, a, m, n);
      CHECK((other.q == f.q && other.r == f.r));
    }
  }
}

TEST_CASE("sums of many rows are added in strips, whatever the threads", "[linalg]") {
  const index_t m = 2 * cpu::HouseholderQr::strip + 7, n = 6;
  const std::vector<double> a = rectangle(m, n, random_at);
  Context<Cpu> one = qr_context(1, cpu::InstructionSet::scalar), four = qr_context(4, cpu::best_instruction_set());
  const Factors f = factors_of(one, a, m, n), g = factors_of(four, a, m, n);
  CHECK((f.q == g.q && f.r == g.r));
  const auto [residual, skew] = qr_errors(a, f, m, n);
  CHECK(residual < 0x1p-50);
  CHECK(skew < 0x1p-49);
}

TEST_CASE("qr names itself where memory for one of its products is lacking", "[linalg]") {
  Context<Cpu> ctx = qr_context(1, cpu::InstructionSet::scalar);
  const std::vector<double> a = rectangle(80, 70, random_at);
  static_cast<void>(factors_of(ctx, a, 80, 70));
  ctx.control().workspace_limit = ctx.counters().bytes_peak - 1;
  CHECK(test::message<OutOfMemory>([&] { static_cast<void>(factors_of(ctx, a, 80, 70)); }).rfind("qr: ", 0) == 0);
}
