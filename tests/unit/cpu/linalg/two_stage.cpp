// The reduction of eigh by way of a band on Backend<Cpu>, at sizes and bands far below those that it is used for.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cpu/linalg/eigen/eigh.hpp"
#include "isonomy/cpu/linalg/two_stage/back_transformation.hpp"
#include "isonomy/cpu/linalg/two_stage/band_reduction.hpp"
#include "isonomy/cpu/linalg/two_stage/bulge_chase.hpp"
#include "isonomy/ops/linalg/eigen/eigh.hpp"
#include "isonomy/ops/linalg/eigen/eigh_subset.hpp"
#include "isonomy/ops/linalg/eigen/spectrum.hpp"
#include "support/catch.hpp"
#include "support/linalg/eigenpairs.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

using ByColumns = std::vector<double>;

[[nodiscard]] ByColumns lower_and_mirror(index_t n, const std::function<double(index_t i, index_t j)>& lower) {
  ByColumns a(static_cast<std::size_t>(n * n));
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i)
      a[static_cast<std::size_t>(j * n + i)] = a[static_cast<std::size_t>(i * n + j)] = lower(i, j);
  return a;
}
[[nodiscard]] double number(index_t seed, index_t i, index_t j) {
  return 2 * random_unit(static_cast<std::uint64_t>(seed), static_cast<std::uint64_t>(i * 10000 + j)) - 1;
}
[[nodiscard]] ByColumns of_random(index_t n) {
  return lower_and_mirror(n, [=](index_t i, index_t j) { return number(n, i, j); });
}

/// Every setting that must not change a bit.
[[nodiscard]] std::vector<std::pair<std::string, cpu::ContextOptions>> settings() {
  return Context<Cpu>::variants(Control{});
}

/// Rooms of the two stages, outside the context's books.
struct Stages {
  static constexpr double unset = std::numeric_limits<double>::quiet_NaN();
  Stages(Context<Cpu>& context, const ByColumns& matrix, index_t rows, index_t width)
      : ctx(context), n(rows), band(width), d(size(n)), e(size(n)), a(take(n * n)), factors(take(n * band)),
        steps(take(std::max({cpu::BandReduction::workspace(ctx, n, band), cpu::BulgeChase::workspace(n, band),
                             cpu::BackTransformation::factors(n, band)}))),
        packed(take(cpu::BackTransformation::packed(ctx, n, n))) {
    for (index_t j = 0; j < n; ++j)  // nothing may be read above the diagonal
      for (index_t i = 0; i < n; ++i) view()(i, j) = i < j ? unset : matrix[size(j * n + i)];
  }
  [[nodiscard]] static std::size_t size(index_t elements) { return static_cast<std::size_t>(elements); }
  [[nodiscard]] cpu::Memory::allocation take(index_t elements) const {
    auto memory = cpu::Memory::allocate(ctx, size(elements) * sizeof(double), "test");
    std::fill_n(static_cast<double*>(memory.get()), elements, unset);
    return memory;
  }
  [[nodiscard]] static double* in(const cpu::Memory::allocation& memory) { return static_cast<double*>(memory.get()); }
  [[nodiscard]] MatrixView<double> view() const { return column_major(in(a), n, n); }

  void to_band() { cpu::BandReduction(ctx, "test", view(), band, in(factors), in(steps)).run(); }
  void to_tridiagonal() { cpu::BulgeChase(ctx, "test", {view(), band}, in(steps)).run(d.data(), e.data()); }
  void back(MatrixView<double> c) {
    cpu::BackTransformation(ctx, "test", view(), band, in(factors), in(steps)).apply(c, in(packed));
  }

  Context<Cpu>& ctx;
  index_t n, band;
  std::vector<double> d, e;
  cpu::Memory::allocation a, factors, steps, packed;
};

/// Eigenvalues and vectors by way of that band, those at places of the diagonal that `choose` takes or all.
struct Pairs {
  std::vector<double> w, v;
};
[[nodiscard]] Pairs by_band(Context<Cpu>& ctx, const ByColumns& a, index_t n, index_t band, index_t first,
                            index_t count) {
  Pairs out{std::vector<double>(static_cast<std::size_t>(count)),
            std::vector<double>(static_cast<std::size_t>(n * count))};
  cpu::SymmetricEigenproblem problem(ctx, "test", n, band);
  problem.load(MatrixView<const double>(column_major(a.data(), n, n)));
  if (count == n)
    problem.solve();
  else
    problem.solve([&](const double* values, index_t* places) {
      problem.sort(values, n, places);
      std::copy_n(places + first, count, places);
      std::sort(places, places + count);
      return count;
    });
  problem.store(view(out.w), column_major(out.v.data(), n, count));
  return out;
}

}  // namespace

TEST_CASE("a matrix is its tridiagonal form between the reflectors of two stages", "[linalg]") {
  for (const auto& [n, band] : std::vector<std::pair<index_t, index_t>>{{1, 2},
                                                                        {2, 2},
                                                                        {3, 2},
                                                                        {4, 3},
                                                                        {9, 2},
                                                                        {9, 4},
                                                                        {33, 32},
                                                                        {34, 32},
                                                                        {65, 8},
                                                                        {66, 3},
                                                                        {97, 16},
                                                                        {100, 7},
                                                                        {130, 2},
                                                                        {130, 32},
                                                                        {320, 96}}) {
    const ByColumns a = of_random(n);
    std::vector<double> first;
    for (const auto& [name, options] : settings()) {
      if (n > 130 && !first.empty()) continue;
      Context<Cpu> ctx(options);
      Stages stages(ctx, a, n, band);
      stages.to_band();
      stages.to_tridiagonal();
      const auto& d = stages.d;
      const auto& e = stages.e;
      // Q (Q T)^T is Q T Q^T.
      ByColumns t = lower_and_mirror(n, [&](index_t i, index_t j) {
        const auto at = static_cast<std::size_t>(j);
        return i == j ? d[at] : i == j + 1 ? e[at] : 0.0;
      });
      stages.back(column_major(t.data(), n, n));
      for (index_t j = 0; j < n; ++j)
        for (index_t i = 0; i < j; ++i)
          std::swap(t[static_cast<std::size_t>(j * n + i)], t[static_cast<std::size_t>(i * n + j)]);
      stages.back(column_major(t.data(), n, n));
      double largest = 0;
      for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(t[k] - a[k]));
      INFO("n = " << n << ", band " << band << ", " << name);
      CHECK(largest <= static_cast<double>(8 * n + 8) * 0x1p-53);
      if (first.empty()) first = t;
      CHECK(t == first);
    }
  }
}

TEST_CASE("the first of two stages leaves a band, and few vectors are those of many", "[linalg]") {
  constexpr index_t n = 83, band = 6;
  Context<Cpu> ctx(cpu::ContextOptions{.threads = 2});
  const ByColumns a = of_random(n);
  Stages stages(ctx, a, n, band);
  stages.to_band();
  double square = 0, kept = 0;  // the norm stays
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i) {
      const double before = a[static_cast<std::size_t>(j * n + i)], now = i - j <= band ? stages.view()(i, j) : 0;
      square += (i == j ? 1 : 2) * before * before;
      kept += (i == j ? 1 : 2) * now * now;
    }
  CHECK(std::abs(square - kept) <= 100 * n * 0x1p-53 * square);
  stages.to_tridiagonal();
  ByColumns all(static_cast<std::size_t>(n * n));
  for (index_t j = 0; j < n; ++j)
    for (index_t i = 0; i < n; ++i) all[static_cast<std::size_t>(j * n + i)] = number(7, i, j);
  const ByColumns before = all;
  stages.back(column_major(all.data(), n, n));
  for (const index_t count : {0, 1, 5, 30}) {
    ByColumns few(before.begin() + 11 * n, before.begin() + (11 + count) * n);
    few.push_back(7);
    stages.back(column_major(few.data(), n, count));
    CHECK(std::equal(few.begin(), few.end() - 1, all.begin() + 11 * n));
    CHECK(few.back() == 7);
  }
}

TEST_CASE("hard matrices have the eigenvectors of theirs by way of a band", "[linalg][slow]") {
  for (const auto& [n, band] : std::vector<std::pair<index_t, index_t>>{{5, 2}, {70, 16}, {105, 5}}) {
    const auto across = [n = n](index_t i) { return static_cast<double>(i) / static_cast<double>(n); };
    const auto banded = [n = n](index_t width, const std::function<double(index_t, index_t)>& of) {
      return lower_and_mirror(n, [&](index_t i, index_t j) { return i - j <= width ? of(i, j) : 0; });
    };
    const std::vector<std::pair<std::string, ByColumns>> matrices{
        {"zero", banded(0, [](index_t, index_t) { return 0.0; })},
        {"diagonal", banded(0, [n = n](index_t i, index_t) { return number(n, i, i); })},
        {"tridiagonal", banded(1, [n = n](index_t i, index_t j) { return number(n, i, j); })},
        {"of the band", banded(band, [n = n](index_t i, index_t j) { return number(n, i, j); })},
        {"of half the band", banded(band / 2, [n = n](index_t i, index_t j) { return number(n, i, j); })},
        {"glued Wilkinson's", banded(1,
                                     [](index_t i, index_t j) {
                                       if (i == j) return std::abs(static_cast<double>(i % 21 - 10));
                                       return j % 21 == 20 ? 1e-14 : 1.0;
                                     })},
        {"ones", lower_and_mirror(n, [](index_t, index_t) { return 1.0; })},
        {"of rank 2", lower_and_mirror(n, [=](index_t i, index_t j) { return across(i) * across(j) + 1; })},
        {"a cluster", lower_and_mirror(n, [=](index_t i, index_t j) { return i == j ? 1.0 : 1e-15 * across(i + j); })},
        {"graded up",
         lower_and_mirror(n, [=](index_t i, index_t j) { return std::pow(10, 20 * (across(i) + across(j))); })},
        {"graded down",
         lower_and_mirror(n, [=](index_t i, index_t j) { return std::pow(10, -150 * (across(i) + across(j))); })},
        {"random", of_random(n)}};
    for (const auto& [what, a] : matrices)
      for (const double scale : {1.0, 1e-150, 1e150}) {
        if (scale != 1 && what != "random") continue;
        ByColumns scaled = a;
        for (double& x : scaled) x *= scale;
        std::vector<double> w, v;
        for (const auto& [name, options] : settings()) {
          Context<Cpu> ctx(options);
          Pairs s = by_band(ctx, scaled, n, band, 0, n);
          INFO(what << ", n = " << n << ", band " << band << ", scale " << scale << ", " << name);
          if (!w.empty()) {
            CHECK((s.w == w && s.v == v));
            continue;
          }
          w = s.w, v = s.v;
          CHECK(std::is_sorted(w.begin(), w.end()));
          ByColumns unscaled = scaled;
          for (double& x : unscaled) x /= scale;
          for (double& x : s.w) x /= scale;
          const auto [residual, skew] = test::eigenpair_errors(unscaled, s.w, s.v, n);
          CHECK(residual <= 2);
          CHECK(skew <= 4);
        }
      }
  }
}

TEST_CASE("every size up to 130 rows is solved by way of a band, whole and in part", "[linalg][slow]") {
  Context<Cpu> ctx(cpu::ContextOptions{.threads = 2});
  for (index_t n = 1; n <= 130; ++n) {
    const index_t band = 2 + n * 7 % 31, first = n / 3, count = n / 4;
    const ByColumns a = of_random(n);
    const Pairs all = by_band(ctx, a, n, band, 0, n), part = by_band(ctx, a, n, band, first, count);
    INFO("n = " << n << ", band " << band);
    const auto [residual, skew] = test::eigenpair_errors(a, all.w, all.v, n);
    CHECK(residual <= 1);
    CHECK(skew <= 4);
    CHECK(std::equal(part.w.begin(), part.w.end(), all.w.begin() + first));
    CHECK(std::equal(part.v.begin(), part.v.end(), all.v.begin() + first * n));
  }
}

TEST_CASE("two stages take the memory that is told, say who lacks it, and heed a wish to stop", "[linalg]") {
  for (const auto& [n, band] : std::vector<std::pair<index_t, index_t>>{{1, 2}, {40, 8}, {75, 32}, {130, 32}})
    for (const int threads : {1, 3}) {
      Context<Cpu> ctx(cpu::ContextOptions{.threads = threads});
      const ByColumns a = of_random(n);
      const index_t count = n == 75 ? 72 : n;  // which take more tasks than 75 vectors
      static_cast<void>(by_band(ctx, a, n, band, 0, count));
      INFO("n = " << n << ", band " << band);
      CHECK(ctx.counters().bytes_allocated == 0);
      CHECK(ctx.counters().bytes_peak <= cpu::SymmetricEigenproblem::workspace(ctx, n, band));
      ctx.control().workspace_limit = ctx.counters().bytes_peak - 1;
      CHECK(test::message<OutOfMemory>([&, n = n, band = band] {
              static_cast<void>(by_band(ctx, a, n, band, 0, count));
            }).rfind("test: ", 0) == 0);
      CHECK(ctx.counters().bytes_allocated == 0);
    }
  constexpr index_t n = 60, band = 8;
  Context<Cpu> ctx;
  Stages stages(ctx, of_random(n), n, band);
  std::stop_source source;
  ByColumns c = of_random(n);
  const auto stopped = [&](const std::function<void()>& step) {
    ctx.control().stop = source.get_token();
    CHECK_THROWS_AS(step(), Cancelled);
    ctx.control().stop = {};
    step();
  };
  source.request_stop();
  stopped([&] { stages.to_band(); });
  stopped([&] { stages.to_tridiagonal(); });
  const ByColumns before = c;
  stopped([&] { stages.back(column_major(c.data(), n, n)); });
  CHECK(c != before);
}

TEST_CASE("a wish to stop is heeded amid the way back through two stages", "[linalg][slow]") {
  constexpr index_t n = 800, band = 8, count = 192;  // one task, which itself must look
  Context<Cpu> ctx(cpu::ContextOptions{.threads = 1});
  Stages stages(ctx, of_random(n), n, band);
  stages.to_band();
  stages.to_tridiagonal();
  ByColumns c = of_random(n);
  int heeded = 0;
  for (int attempt = 0; attempt < 5; ++attempt) {  // some other program may hold either thread up
    std::atomic<bool> begun = false;
    std::stop_source source;
    ctx.control().stop = source.get_token();
    const std::jthread other([&] {
      begun.wait(false);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      source.request_stop();
    });
    begun = true;
    begun.notify_one();
    try {
      stages.back(column_major(c.data(), n, count));
    } catch (const Cancelled&) {
      ++heeded;
    }
  }
  CHECK(heeded >= 3);
}

TEST_CASE("large matrices go by way of a band, and their parts have the bits of the whole", "[linalg][long]") {
  constexpr index_t n = cpu::SymmetricEigenproblem::two_stages_from;
  const ByColumns a = of_random(n);
  const MatrixView<const double> matrix = column_major(a.data(), n, n);
  ByColumns w(static_cast<std::size_t>(n)), v(a.size()), few(w), vectors(a.size());
  Context<Cpu> one(cpu::ContextOptions{.threads = 1}), three(cpu::ContextOptions{.threads = 3});
  eigh(three, matrix, view(w), column_major(v.data(), n, n));
  CHECK(three.counters().bytes_peak <= eigh_workspace<double>(three, n));
  const EigenRange found =
      eigh_subset(one, matrix, Spectrum::between(-0.5, 0.5), view(few), column_major(vectors.data(), n, n));
  REQUIRE(found.count > 5);
  const auto first = static_cast<std::size_t>(found.first), count = static_cast<std::size_t>(found.count);
  CHECK(std::equal(few.begin(), few.begin() + found.count, w.begin() + found.first));
  CHECK(std::equal(vectors.begin(), vectors.begin() + found.count * n, v.begin() + found.first * n));
  const Pairs by_way = by_band(one, a, n, cpu::SymmetricEigenproblem::usual_band, found.first, found.count),
              direct = by_band(one, a, n, 0, found.first, found.count);
  CHECK(std::equal(by_way.w.begin(), by_way.w.end(), w.begin() + found.first));
  CHECK(by_way.v != direct.v);
  const double bound = static_cast<double>(n) * 0x1p-53 * static_cast<double>(n);  // the norm is less than n
  for (std::size_t j = 0; j < count; ++j) {
    CHECK(std::abs(w[first + j] - direct.w[j]) <= bound);
    const double* const x = v.data() + (first + j) * static_cast<std::size_t>(n);
    double largest = 0, off = 0;
    for (index_t i = 0; i < n; ++i) {
      double residual = -w[first + j] * x[i];
      for (index_t k = 0; k < n; ++k) residual += matrix(k, i) * x[k];
      largest = std::max(largest, std::abs(residual));
    }
    for (index_t k = 0; k < n; ++k) {
      double product = k == static_cast<index_t>(first + j) ? -1 : 0;
      for (index_t i = 0; i < n; ++i) product += x[i] * v[static_cast<std::size_t>(k * n + i)];
      off = std::max(off, std::abs(product));
    }
    CHECK(largest <= bound);
    CHECK(off <= static_cast<double>(n) * 0x1p-53);
  }
}
