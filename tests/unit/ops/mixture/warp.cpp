// The order of a pass as a device will run it: a warp per block, a thread per lane, blocks in any order.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"
#include "support/catch.hpp"
#include "support/compiled/mixture.hpp"

using namespace isonomy;

namespace {

/// Sum over a warp's registers by five shuffles; thread 0 has the result.
double shuffled_sum(std::array<double, block_lanes> value) {
  for (int offset = block_lanes / 2; offset > 0; offset /= 2) {
    std::array<double, block_lanes> received{};
    for (int thread = 0; thread < block_lanes; ++thread)
      received[static_cast<std::size_t>(thread)] = value[static_cast<std::size_t>((thread + offset) % block_lanes)];
    for (std::size_t thread = 0; thread < block_lanes; ++thread) value[thread] += received[thread];
  }
  return value[0];
}

/// One launch: every block is a warp; each of its 32 threads keeps the sums of its own lane, in any order of threads.
template <MixtureOrder order, class Term, class T>
std::vector<DoubleDouble> launch(const Term& term, const std::vector<T>& x, std::uint64_t seed) {
  const auto n = static_cast<index_t>(x.size()), blocks = (n + block_points - 1) / block_points;
  const auto outputs = static_cast<std::size_t>(term.outputs(order));
  std::vector<std::vector<double>> out(static_cast<std::size_t>(blocks), std::vector<double>(outputs));
  std::vector<index_t> schedule;
  for (index_t b = 0; b < blocks; ++b) schedule.push_back(b);
  std::array<int, block_lanes> threads{};
  for (int i = 0; i < block_lanes; ++i) threads[static_cast<std::size_t>(i)] = i;
  const auto shuffle = [seed](auto& items, std::uint64_t stream) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[static_cast<std::size_t>(random_unit(seed, stream, i) * static_cast<double>(i))]);
  };
  shuffle(schedule, 0);
  std::vector<double> shared(static_cast<std::size_t>((term.lane_sums(order) + term.lane_scratch()) * block_lanes));
  for (const index_t b : schedule) {
    const index_t first = b * block_points, count = std::min(block_points, n - first);
    shuffle(threads, 1 + static_cast<std::uint64_t>(b));
    for (const int thread : threads)
      lanes::add_lanes<lanes::Lanes, order>(term, x.data() + first, count, thread, shared.data());
    std::vector<double>& mine = out[static_cast<std::size_t>(b)];
    block_outputs(term, order, count, shared.data(), mine.data());
    // Plain sums come out of shuffles too; outputs 0 to 2 are made of several.
    const std::size_t extra_rows = static_cast<std::size_t>(term.lane_sums(order)) - outputs;
    for (std::size_t o = 3; o < outputs; ++o) {
      std::array<double, block_lanes> registers{};
      const std::size_t row = o + extra_rows;
      std::copy_n(shared.begin() + static_cast<std::ptrdiff_t>(row * block_lanes), block_lanes, registers.begin());
      REQUIRE(shuffled_sum(registers) == mine[o]);
    }
  }
  std::vector<DoubleDouble> sums(outputs);
  for (const std::vector<double>& block : out)
    for (std::size_t o = 0; o < outputs; ++o) add_share(sums[o], block[o]);
  return sums;
}

template <MixtureOrder order, class Term, class T>
void check_launches(const Term& term, const std::vector<T>& x) {
  Context<Cpu> ctx;
  std::vector<DoubleDouble> expected(static_cast<std::size_t>(term.outputs(order)));
  mixture_sums(ctx, term, order, view(x), view(expected));
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const std::vector<DoubleDouble> got = launch<order>(term, x, seed);
    for (std::size_t o = 0; o < got.size(); ++o) {
      INFO("output " << o << ", seed " << seed);
      CHECK(got[o].high == expected[o].high);
      CHECK(got[o].low == expected[o].low);
    }
  }
}

template <class T>
std::vector<T> numbers(index_t n) {
  std::vector<T> x;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(n); ++i)
    x.push_back(static_cast<T>(8 * random_unit(3, i) + random_unit(4, i) - 4));
  return x;
}

}  // namespace

TEST_CASE("a warp a block, in any order, has the bits of the host's registers", "[mixture]") {
  const std::vector<double> parameters{-1, -2, -0.5, 0, 1, -2, -0.5, -2, -0.25};  // log peaks, means, curvatures
  const NormalComponents components{parameters.data(), parameters.data() + 3, parameters.data() + 6, 3};
  SharedMeanPair close{0.5, 2, -2.5, 0, 0, -1.5, -0.125}, apart{0.5, 20.25, -40, 0.25, -20, 12, -0.125};
  REQUIRE(close.close());
  REQUIRE(!apart.close());
  for (const index_t n : {1, 31, 33, 8192, 5 * 8192 + 77}) {
    INFO("n = " << n);
    const auto check = [&](const auto& x) {
      check_launches<MixtureOrder::value>(close, x);
      check_launches<MixtureOrder::hessian>(close, x);
      check_launches<MixtureOrder::hessian>(apart, x);
      check_launches<MixtureOrder::gradient>(components, x);
      check_launches<MixtureOrder::hessian>(components, x);
    };
    check(numbers<double>(n));
    check(numbers<float>(n));
  }
}
