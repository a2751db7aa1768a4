// The numerics of eigh on Backend<Cpu>: reduction, reflectors and matrices that are known to be hard.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/cpu/linalg/eigen/eigh_batched.hpp"
#include "isonomy/cpu/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "support/catch.hpp"
#include "support/linalg/eigenpairs.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

using Elements = std::vector<double>;  // by columns

[[nodiscard]] Elements symmetric(index_t n, const std::function<double(index_t i, index_t j)>& lower) {
  Elements a(static_cast<std::size_t>(n * n));
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i)
      a[static_cast<std::size_t>(j * n + i)] = a[static_cast<std::size_t>(i * n + j)] = lower(i, j);
  return a;
}
[[nodiscard]] Elements random_symmetric(index_t n) {
  return symmetric(n, [=](index_t i, index_t j) {
    return 2 * random_unit(static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(i * n + j)) - 1;
  });
}
[[nodiscard]] Elements tridiagonal(index_t n, const std::function<double(index_t)>& d,
                                   const std::function<double(index_t)>& e) {
  return symmetric(n, [=](index_t i, index_t j) { return i == j ? d(i) : i == j + 1 ? e(j) : 0.0; });
}

[[nodiscard]] Context<Cpu> eigen_context(int threads, int set) {
  cpu::ContextOptions options{};
  options.threads = threads;
  options.instruction_set = static_cast<cpu::InstructionSet>(set);
  return Context<Cpu>{std::move(options)};
}

struct Solved {
  std::vector<double> w, v;
};
[[nodiscard]] Solved solve(Context<Cpu>& ctx, const Elements& a, index_t n) {
  Solved s{std::vector<double>(static_cast<std::size_t>(n)), std::vector<double>(a.size())};
  cpu::Eigh::eigh<double>(ctx, column_major(a.data(), n, n), view(s.w), column_major(s.v.data(), n, n));
  return s;
}

}  // namespace

TEST_CASE("a matrix is its tridiagonal form between reflectors, in the same bits on every instruction set",
          "[linalg]") {
  for (const index_t n : {1, 2, 3, 4, 9, 32, 33, 34, 65, 100, 130}) {
    const Elements a = random_symmetric(n);
    Elements first;
    for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set) {
      Context<Cpu> ctx = eigen_context(2, set);
      Elements reduced = a, d(static_cast<std::size_t>(n)), e(d), tau(d);
      const index_t size =
          std::max(cpu::TridiagonalReduction::workspace(ctx, n), cpu::Reflectors<double>::workspace(n, n));
      const auto memory = cpu::Memory::allocate(ctx, static_cast<std::size_t>(size) * sizeof(double), "test");
      double* const room = static_cast<double*>(memory.get());
      cpu::TridiagonalReduction(ctx, "test", column_major(reduced.data(), n, n), room)
          .run(d.data(), e.data(), tau.data());
      Elements t = tridiagonal(
          n, [&](index_t i) { return d[static_cast<std::size_t>(i)]; },
          [&](index_t i) { return e[static_cast<std::size_t>(i)]; });
      if (n > 1) {  // Q (Q T)^T, which is Q T Q^T
        cpu::Reflectors<double> q(ctx, "test", column_major(static_cast<const double*>(reduced.data()), n, n),
                                  view(tau), room);
        q.apply(column_major(t.data(), n, n), false);
        for (index_t j = 0; j < n; ++j)
          for (index_t i = 0; i < j; ++i)
            std::swap(t[static_cast<std::size_t>(j * n + i)], t[static_cast<std::size_t>(i * n + j)]);
        q.apply(column_major(t.data(), n, n), false);
      }
      double largest = 0;
      for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(t[k] - a[k]));
      INFO("n = " << n << " on " << cpu::name(ctx.instruction_set()));
      CHECK(largest <= static_cast<double>(n * n + 8) * 0x1p-53);
      if (first.empty()) first = t;
      CHECK(t == first);
    }
  }
}

TEST_CASE("hard matrices have the eigenvectors of theirs, in the same bits everywhere", "[linalg]") {
  for (const index_t n : {2, 33, 64, 105}) {
    const auto across = [=](index_t i) { return static_cast<double>(i) / static_cast<double>(n); };
    const std::vector<std::pair<std::string, Elements>> matrices{
        {"zero", symmetric(n, [](index_t, index_t) { return 0.0; })},
        {"ones", symmetric(n, [](index_t, index_t) { return 1.0; })},
        {"a multiple of the identity", tridiagonal(
                                           n, [](index_t) { return 3.0; }, [](index_t) { return 0.0; })},
        {"Wilkinson's", tridiagonal(
                            n, [=](index_t i) { return std::abs(static_cast<double>(2 * i - n + 1)) / 2; },
                            [](index_t) { return 1.0; })},
        {"Wilkinson's, glued", tridiagonal(
                                   n, [](index_t i) { return std::abs(static_cast<double>(i % 21 - 10)); },
                                   [](index_t i) { return i % 21 == 20 ? 1e-14 : 1.0; })},
        {"second difference", tridiagonal(
                                  n, [](index_t) { return 2.0; }, [](index_t) { return -1.0; })},
        {"graded up", symmetric(n, [=](index_t i, index_t j) { return std::pow(10, 20 * (across(i) + across(j))); })},
        {"graded down",
         symmetric(n, [=](index_t i, index_t j) { return std::pow(10, -150 * (across(i) + across(j))); })},
        {"of rank 2", symmetric(n, [=](index_t i, index_t j) { return across(i) * across(j) + 1; })},
        {"a cluster", symmetric(n, [=](index_t i, index_t j) { return i == j ? 1.0 : 1e-15 * across(i + j); })},
        {"random", random_symmetric(n)}};
    for (const auto& [what, a] : matrices)
      for (const double scale : {1.0, 1e-150, 1e150}) {
        if (scale != 1 && what != "random") continue;
        Elements scaled = a;
        for (double& x : scaled) x *= scale;
        Context<Cpu> plain = eigen_context(1, 0);
        const Solved s = solve(plain, scaled, n);
        for (double& x : scaled) x /= scale;
        Solved unscaled = s;
        for (double& x : unscaled.w) x /= scale;
        const auto [residual, skew] = test::eigenpair_errors(scaled, unscaled.w, unscaled.v, n);
        INFO(what << ", n = " << n << ", scale " << scale);
        CHECK(residual <= 2);
        CHECK(skew <= 4);
        CHECK(std::is_sorted(s.w.begin(), s.w.end()));
        for (int set = 0; scale == 1 && set <= static_cast<int>(cpu::best_instruction_set()); ++set) {
          Context<Cpu> ctx = eigen_context(3, set);
          const Solved other = solve(ctx, a, n);
          CHECK((other.w == s.w && other.v == s.v));
        }
      }
  }
}

TEST_CASE("eigh names itself where memory for one of its products is lacking", "[linalg]") {
  Context<Cpu> ctx = eigen_context(1, 0);
  const Elements a = random_symmetric(70);
  static_cast<void>(solve(ctx, a, 70));
  ctx.control().workspace_limit = ctx.counters().bytes_peak - 1;
  CHECK(test::message<OutOfMemory>([&] { static_cast<void>(solve(ctx, a, 70)); }).rfind("eigh: ", 0) == 0);
}

TEST_CASE("parts of spectra have the bits of the whole, for any thread count and instruction set", "[linalg]") {
  const auto check = [](Context<Cpu>& ctx, const Elements& a, index_t n, const Spectrum& spectrum) {
    const Solved whole = solve(ctx, a, n);
    const auto size = static_cast<std::size_t>(n);
    Solved part{std::vector<double>(size, 7), std::vector<double>(a.size(), 7)};
    const EigenRange found = cpu::EighSubset::eigh_subset<double>(ctx, column_major(a.data(), n, n), spectrum,
                                                                  view(part.w), column_major(part.v.data(), n, n));
    INFO("n = " << n << ", eigenvalues " << found.first << " and " << found.count << " in all");
    CHECK(found == spectrum.of(view(whole.w), n));
    const auto first = static_cast<std::size_t>(found.first), count = static_cast<std::size_t>(found.count);
    Solved expected{std::vector<double>(size, 7), std::vector<double>(a.size(), 7)};
    std::copy_n(whole.w.data() + first, count, expected.w.data());
    std::copy_n(whole.v.data() + first * size, count * size, expected.v.data());
    CHECK((part.w == expected.w && part.v == expected.v));
  };
  for (int set = 0; set <= static_cast<int>(cpu::best_instruction_set()); ++set) {
    Context<Cpu> ctx = eigen_context(1 + set, set);
    const auto glued = [](index_t n) {
      return tridiagonal(
          n, [](index_t i) { return std::abs(static_cast<double>(i % 21 - 10)); },
          [](index_t i) { return i % 21 == 20 ? 1e-14 : 1.0; });
    };
    for (index_t n = 1; n <= 130; n += set == 0 ? 1 : 43) {
      check(ctx, random_symmetric(n), n, n % 3 == 0 ? Spectrum::negative() : Spectrum::between(-0.5, 1));
      if (n % 5 == 0) check(ctx, glued(n), n, n % 2 == 0 ? Spectrum::between(1.5, 7.5) : Spectrum::at_least(3));
    }
    const Elements low = symmetric(105, [](index_t i, index_t j) { return static_cast<double>(i * j % 7 - 2); });
    for (const Spectrum s : {Spectrum::whole(), Spectrum::negative(), Spectrum::at_least(0),
                             Spectrum::smaller_sign_class(), Spectrum::under(-1e9), Spectrum::between(0, 1e-9)})
      check(ctx, low, 105, s);
    for (const double scale : {1e-150, 1e150}) {
      Elements scaled = random_symmetric(70);
      for (double& x : scaled) x *= scale;
      check(ctx, scaled, 70, Spectrum::between(-scale, 2 * scale));
    }
  }
}

TEST_CASE("each matrix of a batch has the bits of eigh, for any thread count", "[linalg]") {
  constexpr index_t n = 70, batches = 9;
  Elements all;
  std::vector<Solved> expected;
  for (index_t s = 0; s < batches; ++s) {
    Elements a = random_symmetric(n + s);  // its leading part
    Elements part;
    for (index_t j = 0; j < n; ++j) part.insert(part.end(), a.begin() + j * (n + s), a.begin() + j * (n + s) + n);
    Context<Cpu> ctx = eigen_context(1, 0);
    expected.push_back(solve(ctx, part, n));
    all.insert(all.end(), part.begin(), part.end());
  }
  for (const int threads : {1, 2, 5}) {
    Context<Cpu> ctx = eigen_context(threads, static_cast<int>(cpu::best_instruction_set()));
    std::vector<double> w(static_cast<std::size_t>(n * batches)), v(all.size());
    std::vector<index_t> info(batches, 7);
    cpu::EighBatched::eigh_batched<double>(ctx, BatchView<const double>(all.data(), batches, n, n, n * n, 1, n),
                                           row_major(w.data(), batches, n),
                                           BatchView<double>(v.data(), batches, n, n, n * n, 1, n), view(info));
    CHECK(info == std::vector<index_t>(batches, 0));
    CHECK(ctx.counters().bytes_allocated == 0);
    CHECK(ctx.counters().bytes_peak > static_cast<std::size_t>(n * n) * sizeof(double));
    for (index_t s = 0; s < batches; ++s) {
      const Solved& one = expected[static_cast<std::size_t>(s)];
      INFO("matrix " << s << " of " << batches << " on " << threads << " threads");
      CHECK(std::equal(one.w.begin(), one.w.end(), w.begin() + s * n));
      CHECK(std::equal(one.v.begin(), one.v.end(), v.begin() + s * n * n));
    }
  }
}

TEST_CASE("every size up to four leaves of the division is solved", "[linalg]") {
  Context<Cpu> ctx = eigen_context(2, static_cast<int>(cpu::best_instruction_set()));
  for (index_t n = 1; n <= 130; ++n) {
    const Elements a = random_symmetric(n);
    const Solved s = solve(ctx, a, n);
    const auto [residual, skew] = test::eigenpair_errors(a, s.w, s.v, n);
    INFO("n = " << n);
    CHECK(residual <= 1);
    CHECK(skew <= 4);
  }
}
