// k-means: optima that are known, seeds, clusters that lose their rows, ties, same bits, bad data by name.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/multivariate/kmeans.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/farthest_row.hpp"

using namespace isonomy;
using mixture::kmeans;
using mixture::KMeansOptions;
using mixture::KMeansResult;
using test::message;

namespace {

/// Cloud i mod 3 of three far apart, in two dimensions, by rows.
std::vector<double> three_clouds(index_t n) {
  const double centre[3][2] = {{0, 0}, {10, 0}, {0, 20}};
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      x.push_back(centre[i % 3][j] + random_unit(11, static_cast<std::uint64_t>(i), j));
  return x;
}

/// Every row's label is its nearest centre, and sizes and inertia are what labels say.
void check_consistent(const KMeansResult& r, const std::vector<double>& x) {
  const auto d = static_cast<std::size_t>(r.dimensions), k = r.sizes.size();
  REQUIRE(r.labels.size() * d == x.size());
  std::vector<index_t> sizes(k);
  double inertia = 0;
  for (std::size_t i = 0; i < r.labels.size(); ++i) {
    std::vector<double> distance(k);
    for (std::size_t c = 0; c < k; ++c)
      for (std::size_t j = 0; j < d; ++j) distance[c] += std::pow(x[i * d + j] - r.centres[c * d + j], 2);
    const auto label = static_cast<std::size_t>(r.labels[i]);
    REQUIRE(label < k);
    CHECK(distance[label] <= *std::min_element(distance.begin(), distance.end()) * (1 + 1e-12));
    inertia += distance[label];
    ++sizes[label];
  }
  CHECK(sizes == r.sizes);
  CHECK(r.inertia == Approx(inertia).epsilon(1e-10).margin(1e-300));
}

}  // namespace

TEST_CASE("clusters far apart are found, with their means as centres", "[mixture]") {
  const std::vector<double> x = three_clouds(3000);
  Context<Cpu> ctx;
  const KMeansResult r = kmeans(ctx, 3, row_major(x.data(), 3000, 2));
  CHECK(r.converged);
  CHECK(r.relocations == 0);
  CHECK(r.report.warnings.empty());
  CHECK(r.sizes == std::vector<index_t>{1000, 1000, 1000});
  check_consistent(r, x);
  for (std::size_t c = 0; c < 3; ++c) {
    double mean[2] = {};
    for (std::size_t i = 0; i < 3000; ++i)
      for (std::size_t j = 0; j < 2; ++j) mean[j] += r.labels[i] == static_cast<int>(c) ? x[2 * i + j] / 1000 : 0;
    CHECK(r.centres[2 * c] == Approx(mean[0]).epsilon(1e-12));
    CHECK(r.centres[2 * c + 1] == Approx(mean[1]).epsilon(1e-12));
  }
}

TEST_CASE("one cluster has the mean, as many clusters as rows have no inertia", "[mixture]") {
  const std::vector<double> x{1, 2, 4, 9};
  Context<Cpu> ctx;
  const KMeansResult one = kmeans(ctx, 1, row_major(x.data(), 4, 1));
  CHECK(one.centres == std::vector<double>{4});
  CHECK(one.inertia == 9 + 4 + 0 + 25);
  const KMeansResult all = kmeans(ctx, 4, row_major(x.data(), 4, 1));
  CHECK(all.inertia == 0);
  CHECK(all.sizes == std::vector<index_t>{1, 1, 1, 1});
}

TEST_CASE("more starts never end at more inertia", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 400; ++i) x.push_back(std::floor(20 * random_unit(3, i)) + random_unit(4, i) / 4);
  const auto inertia = [&](int n_init, std::uint64_t seed) {
    cpu::ContextOptions context{};
    context.seed = seed;
    Context<Cpu> ctx{std::move(context)};
    KMeansOptions options;
    options.n_init = n_init;
    const KMeansResult r = kmeans(ctx, 12, row_major(x.data(), 400, 1), options);
    check_consistent(r, x);
    return r.inertia;
  };
  for (std::uint64_t seed = 0; seed < 5; ++seed) CHECK(inertia(8, seed) <= inertia(1, seed));
  bool seeds_matter = false;
  for (std::uint64_t seed = 1; seed < 8; ++seed) seeds_matter = seeds_matter || inertia(1, seed) != inertia(1, 0);
  CHECK(seeds_matter);
}

TEST_CASE("the farthest row is the first of the highest", "[mixture]") { test::check_farthest_rows<Cpu>(); }

TEST_CASE("a centre without rows moves to the farthest row", "[mixture]") {
  const std::vector<double> x{0, 1, 2, 3, 100};
  Context<Cpu> ctx;
  ProgressMeter progress(ctx.control(), "test", 10);
  const auto found = mixture::detail::lloyd(ctx, std::vector<double>{1.5, -1000},
                                            MatrixView<const double>(x.data(), 5, 1, 1, 1), 100, 0, progress);
  CHECK(found.relocations == 1);
  CHECK(found.converged);
  CHECK(found.centres == std::vector<double>{1.5, 100});
  CHECK(found.inertia() == 5);
}

TEST_CASE("fewer different rows than clusters leave clusters empty, and say so", "[mixture]") {
  const std::vector<double> x{3, 3, 3, 7, 7, 7};
  Context<Cpu> ctx;
  const KMeansResult r = kmeans(ctx, 4, row_major(x.data(), 6, 1));
  CHECK(r.converged);
  CHECK(r.inertia == 0);
  std::vector<index_t> sizes = r.sizes;
  std::sort(sizes.begin(), sizes.end());
  CHECK(sizes == std::vector<index_t>{0, 0, 3, 3});
  REQUIRE(r.report.warnings.size() == 2);
  CHECK(r.report.warnings[0].find("has no rows; use fewer clusters than there are different rows") !=
        std::string::npos);
}

TEST_CASE("a row between two centres belongs to the first", "[mixture]") {
  const std::vector<double> x{-1, 0, 1}, centres{1, -1};
  Context<Cpu> ctx;
  const auto sums =
      mixture::cluster_sums(ctx, centres, 1, MatrixView<const double>(x.data(), 3, 1, 1, 1), ClusterMoments::second);
  CHECK(sums[0].high == 1);
  CHECK(sums[1].high == 2);
  CHECK(sums[2].high == 1);
  CHECK(sums[3].high == -1);
  CHECK(sums[5].high == 1);
}

TEST_CASE("small clusters far from zero keep their places", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 300; ++i) x.push_back(1e12 + (i % 2 == 0 ? 0 : 50) + random_unit(8, i));
  Context<Cpu> ctx;
  const KMeansResult r = kmeans(ctx, 2, row_major(x.data(), 300, 1));
  CHECK(r.sizes == std::vector<index_t>{150, 150});
  check_consistent(r, x);
  CHECK(std::abs(std::abs(r.centres[0] - r.centres[1]) - 50) < 0.2);
}

TEST_CASE("k-means has the same bits for any number of threads, instruction set and layout", "[mixture]") {
  constexpr index_t n = 9000;
  const std::vector<double> x = three_clouds(n);
  std::vector<double> columns(x.size());
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < 2; ++j) columns[n * j + i] = x[2 * i + j];
  const auto run = [&](int threads, cpu::InstructionSet set, MatrixView<const double> data) {
    cpu::ContextOptions context{};
    context.threads = threads;
    context.instruction_set = set;
    Context<Cpu> ctx{std::move(context)};
    return kmeans(ctx, 5, data);
  };
  const auto best = cpu::best_instruction_set();
  const KMeansResult reference = run(1, best, row_major(x.data(), n, 2));
  for (const KMeansResult& other :
       {run(2, best, row_major(x.data(), n, 2)), run(3, cpu::InstructionSet{}, row_major(x.data(), n, 2)),
        run(8, best, column_major(columns.data(), n, 2))}) {
    CHECK(other.centres == reference.centres);
    CHECK(other.labels == reference.labels);
    CHECK(other.inertia == reference.inertia);
  }
  std::vector<float> narrow(x.begin(), x.end());
  Context<Cpu> ctx;
  CHECK(kmeans(ctx, 3, row_major(narrow.data(), n, 2)).sizes == std::vector<index_t>{n / 3, n / 3, n / 3});
}

TEST_CASE("a sample has as many rows as asked for, one of each of as many stretches, and is even", "[mixture]") {
  std::vector<double> x(98304);
  std::iota(x.begin(), x.end(), 0.0);
  const auto sample = [&](std::size_t n, index_t limit, std::uint64_t seed = 0) {
    cpu::ContextOptions context{};
    context.seed = seed;
    Context<Cpu> ctx{std::move(context)};
    return mixture::sample_rows(ctx, MatrixView<const double>(x.data(), static_cast<index_t>(n), 1, 1, 1), limit);
  };
  for (const std::size_t n : {1, 7, 4095, 4096, 4097, 6144, 8191, 8192, 65537}) {
    const std::vector<double> drawn = sample(n, 4096);
    REQUIRE(drawn.size() == std::min<std::size_t>(n, 4096));
    std::size_t outside = 0;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const auto row = static_cast<std::size_t>(drawn[i]);
      if (row < i * n / drawn.size() || row * drawn.size() >= (i + 1) * n) ++outside;
    }
    CHECK(outside == 0);
    if (n <= 4096) CHECK(drawn == std::vector<double>(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n)));
  }
  CHECK(sample(65537, 65536).size() == 65536);
  CHECK(sample(6144, 4096, 1) == sample(6144, 4096, 1));
  CHECK(sample(6144, 4096, 1) != sample(6144, 4096, 2));
  // Rows that repeat with a period that the stretches share: one and a half rows each.
  double shares[3] = {};
  for (const double row : sample(98304, 65536)) shares[static_cast<std::size_t>(row) % 3] += 1.0 / 65536;
  for (const double share : shares) CHECK(share == Approx(1.0 / 3).margin(0.01));
}

TEST_CASE("rows are drawn in range from any number of them", "[mixture]") {
  const double x = 0;
  for (const index_t n : {std::numeric_limits<index_t>::max(), (index_t{1} << 62) + 1, index_t{1} << 40})
    for (const index_t stretches : {index_t{1}, index_t{65536}, (index_t{1} << 31) - 1}) {
      const mixture::DrawEvenly<double, HostSpace> draw{{&x, n, 1, 0, 0}, {}, stretches, 5};
      const double length = static_cast<double>(n) / static_cast<double>(stretches);
      for (const index_t i : {index_t{0}, stretches / 2, stretches - 1}) {
        const auto row = static_cast<double>(draw.row(i));
        CHECK(row >= static_cast<double>(i) * length * (1 - 1e-14) - 1);
        CHECK(row <= static_cast<double>(i + 1) * length * (1 + 1e-14));
        CHECK(draw.row(i) < n);
      }
    }
}

TEST_CASE("many rows start from a sample, and end at the means of all rows", "[mixture]") {
  constexpr index_t n = 90000;
  const std::vector<double> x = three_clouds(n);
  const auto run = [&](int threads) {
    cpu::ContextOptions context{};
    context.threads = threads;
    Context<Cpu> ctx{std::move(context)};
    return kmeans(ctx, 3, row_major(x.data(), n, 2));
  };
  const KMeansResult r = run(1);
  CHECK(r.sizes == std::vector<index_t>{n / 3, n / 3, n / 3});
  CHECK(r.iterations <= 2);
  double inertia = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      inertia += std::pow(x[2 * i + j] - r.centres[2 * static_cast<std::size_t>(r.labels[i]) + j], 2);
  CHECK(r.inertia == Approx(inertia).epsilon(1e-10));
  CHECK(run(2).centres == r.centres);
}

TEST_CASE("k-means that does not converge says so, reports progress and stops when asked", "[mixture]") {
  const std::vector<double> x = three_clouds(300);
  Context<Cpu> plain;
  KMeansOptions options;
  options.max_iter = 1;
  options.tol = 0;
  const KMeansResult r = kmeans(plain, 3, row_major(x.data(), 300, 2), options);
  CHECK_FALSE(r.converged);
  CHECK(r.iterations == 1);
  REQUIRE(r.report.warnings.size() == 1);
  CHECK(r.report.warnings[0] == "not converged after 1 iterations; raise max_iter or tol");

  std::stop_source stop;
  int reports = 0;
  cpu::ContextOptions context{};
  context.stop = stop.get_token();
  context.progress = [&](const Progress& p) {
    CHECK(std::string(p.stage) == "kmeans");
    if (++reports == 2) stop.request_stop();
  };
  Context<Cpu> ctx{std::move(context)};
  CHECK_THROWS_AS(kmeans(ctx, 3, row_major(x.data(), 300, 2)), Cancelled);
  CHECK(reports >= 2);
}

TEST_CASE("bad data and options of k-means are named", "[mixture]") {
  std::vector<double> x = three_clouds(6);
  Context<Cpu> ctx;
  const auto said = [&](int components, MatrixView<const double> data, const KMeansOptions& options = {}) {
    return message<Error>([&] { return kmeans(ctx, components, data, options); });
  };
  CHECK(said(2, row_major(x.data(), 0, 2)) == "kmeans: the data are empty; expected at least one row");
  CHECK(said(2, row_major(x.data(), 6, 0)) == "kmeans: x has no columns; give one row per point");
  CHECK(said(0, row_major(x.data(), 6, 2)) == "kmeans: components=0 for 6 rows; expected from 1 to the number of rows");
  CHECK(said(7, row_major(x.data(), 6, 2)) == "kmeans: components=7 for 6 rows; expected from 1 to the number of rows");
  CHECK(said(2, row_major<HostSpace, const double>(nullptr, 6, 2)) == "kmeans: x has elements but no data pointer");
  CHECK(said(2, MatrixView<const double>(x.data(), index_t{1} << 62, 4, 0, 0)) ==
        "kmeans: x is 4611686018427387904x4: more elements than can be numbered; use less data per call");
  KMeansOptions options;
  options.n_init = 0;
  CHECK(said(2, row_major(x.data(), 6, 2), options) == "kmeans: n_init=0; expected at least 1; give the seeds to try");
  options = {};
  options.max_iter = 0;
  CHECK(said(2, row_major(x.data(), 6, 2), options) == "kmeans: max_iter=0; expected at least 1; give 300 or so");
  options = {};
  options.tol = -1e-7;
  CHECK(said(2, row_major(x.data(), 6, 2), options) ==
        "kmeans: tol=-1e-07; expected at least 0; give 1e-4, or 0 to go on until the inertia no longer falls");
  options.tol = std::numeric_limits<double>::quiet_NaN();
  CHECK(said(2, row_major(x.data(), 6, 2), options).find("tol=nan") != std::string::npos);
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e308}) {
    x[7] = bad;
    const std::string text = said(2, row_major(x.data(), 6, 2));
    CHECK(text.find("kmeans: x[3, 1]=") == 0);
    CHECK(text.find("expected a number below 1e150 in size; remove or rescale it") != std::string::npos);
  }
}
