// select_candidates of Backend<Cuda>: digits of the k-th largest from the highest on, counted by all blocks; then those
// chosen, in their order.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/launch.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/ops/sort/select_candidates.hpp"

namespace isonomy::device {

/// What is known of the k-th largest before each digit, and of the cut in the end. Numbers of at least 0 are ordered
/// as their bits.
struct CutSearch {
  using Count = unsigned long long;
  static constexpr int digits = 5, digit_bits = 13, bins = 1 << digit_bits;
  struct Step {
    std::uint64_t prefix;  ///< the digits found, behind each other
    index_t rest;          ///< how many largest of those that begin with them are wanted
  };

  Step steps[digits + 1];
  index_t counted, chosen;
  unsigned long long next;  ///< of the one behind it, as next_of says

  static constexpr unsigned long long no_next = ~0ull;
  /// Smaller for larger numbers, and never no_next.
  [[nodiscard]] static __device__ unsigned long long next_of(std::uint64_t bits) { return ~(bits + 1); }

  /// Bits behind digit d: each digit has digit_bits, the last what is left of 63.
  [[nodiscard]] static __device__ int shift(int d) {
    const int bits = 63 - digit_bits * (d + 1);
    return bits > 0 ? bits : 0;
  }
  [[nodiscard]] static __device__ int width(int d) { return d + 1 < digits ? digit_bits : 63 - digit_bits * d; }
  /// The bits of a number of at least 0, and back.
  [[nodiscard]] static __device__ std::uint64_t bits_of(double x) {
    x += 0.0;
    std::uint64_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
  }
  [[nodiscard]] static __device__ double number_of(std::uint64_t bits) {
    double x = 0;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  }
};

/// The digit that follows, by all threads of a block, from the counts of numbers that begin with the digits before it.
struct DigitChoice {
  static constexpr int most_threads = 256;
  struct Shared {
    index_t of_warp[most_threads / warp_lanes];
    CutSearch::Step step;
    index_t total;
  };

  /// How many of the prefix there are.
  static __device__ index_t choose(const Group& g, Shared& s, const CutSearch::Count* counts, int width,
                                   CutSearch::Step before) {
    const int share = CutSearch::bins / g.threads(), highest = CutSearch::bins - 1 - g.thread() * share;
    index_t own = 0;
    for (int b = highest; b > highest - share; --b) own += static_cast<index_t>(counts[b]);
    index_t until = g.sum_until(own);
    if (g.lane() == warp_lanes - 1) s.of_warp[g.warp()] = until;
    g.sync();
    index_t total = 0;
    for (int w = 0; w < g.warps(); ++w) {
      if (w < g.warp()) until += s.of_warp[w];
      total += s.of_warp[w];
    }
    const index_t wanted = before.rest < total ? before.rest : total;
    if (until - own < wanted && wanted <= until) {
      index_t above = until - own;
      int b = highest;
      for (; b > highest - share + 1 && above + static_cast<index_t>(counts[b]) < wanted; --b)
        above += static_cast<index_t>(counts[b]);
      s.step = {before.prefix << width | static_cast<std::uint64_t>(b), wanted - above};
    }
    g.sync();
    return total;
  }
};

/// Counts digit d of the numbers that begin with the digits before it, which the counts of the last launch decide.
struct CountDigit {
  struct Shared {
    DigitChoice::Shared choice;
    std::uint32_t count[CutSearch::bins];
  };

  VectorView<const double, DeviceSpace> x;
  CutSearch* search;
  CutSearch::Count* counts;  // digits x bins
  int digit;

  __device__ void operator()(const Group& g) const {
    Shared& s = g.shared<Shared>();
    const CutSearch::Step step = before(g, s);
    for (int b = g.thread(); b < CutSearch::bins; b += g.threads()) s.count[b] = 0;
    g.sync();
    const int shift = CutSearch::shift(digit), width = CutSearch::width(digit);
    for (index_t i = g.first(); i < x.size; i += g.step()) {
      if (!(x(i) >= 0)) continue;
      const std::uint64_t begin = CutSearch::bits_of(x(i)) >> shift;
      if (begin >> width == step.prefix) g.add(&s.count[begin & ((1u << width) - 1)], std::uint32_t{1});
    }
    g.sync();
    for (int b = g.thread(); b < CutSearch::bins; b += g.threads())
      if (s.count[b] > 0) g.add(&counts[digit * CutSearch::bins + b], CutSearch::Count{s.count[b]});
  }

 private:
  __device__ CutSearch::Step before(const Group& g, Shared& s) const {
    if (digit == 0) return search->steps[0];
    const index_t total = DigitChoice::choose(g, s.choice, counts + (digit - 1) * CutSearch::bins,
                                              CutSearch::width(digit - 1), search->steps[digit - 1]);
    const CutSearch::Step step = total > 0 ? s.choice.step : search->steps[0];
    if (g.first() == 0) {
      search->steps[digit] = step;
      if (digit == 1) search->counted = total;
    }
    return step;
  }
};

/// How many of each block's numbers are chosen, and the largest number below the k-th.
struct CountChosen {
  using Shared = DigitChoice::Shared;

  VectorView<const double, DeviceSpace> x;
  double margin;
  CutSearch* search;
  const CutSearch::Count* counts;  // of the last digit
  index_t* chosen;                 // of blocks

  __device__ void operator()(const Group& g) const {
    constexpr int last = CutSearch::digits - 1;
    Shared& s = g.shared<Shared>();
    const bool any = DigitChoice::choose(g, s, counts, CutSearch::width(last), search->steps[last]) > 0;
    const CutSearch::Step step = any ? s.step : CutSearch::Step{0, 0};
    if (g.first() == 0 && any) search->steps[last + 1] = step;
    const double value = CutSearch::number_of(step.prefix), least = CandidateCut::least(value, margin);
    const auto equal = static_cast<index_t>(counts[step.prefix & ((1u << CutSearch::width(last)) - 1)]);
    unsigned long long next =
        g.first() == 0 && any && step.rest < equal ? CutSearch::next_of(step.prefix) : CutSearch::no_next;
    index_t own = 0;
    for (index_t i = begin(g, g.block()) + g.thread(); i < begin(g, g.block() + 1); i += g.threads()) {
      if (!any || !(x(i) >= 0)) continue;
      own += x(i) >= least ? 1 : 0;
      const unsigned long long here = CutSearch::next_of(CutSearch::bits_of(x(i)));
      if (x(i) < value && here < next) next = here;
    }
    if (next != CutSearch::no_next) g.minimum(&search->next, next);
    const index_t all = block_sum(g, s, own);
    if (g.thread() == 0) chosen[g.block()] = all;
  }

  /// Where the share of a block begins.
  [[nodiscard]] __device__ index_t begin(const Group& g, index_t block) const {
    return x.size / g.blocks() * block + x.size % g.blocks() * block / g.blocks();
  }
  static __device__ index_t block_sum(const Group& g, Shared& s, index_t own) {
    const index_t until = g.sum_until(own);
    g.sync();
    if (g.lane() == warp_lanes - 1) s.of_warp[g.warp()] = until;
    g.sync();
    index_t all = 0;
    for (int w = 0; w < g.warps(); ++w) all += s.of_warp[w];
    return all;
  }
};

/// Those chosen in their order: each block behind those of all blocks before it.
struct WriteChosen {
  using Shared = DigitChoice::Shared;

  CountChosen counted;
  VectorView<index_t, DeviceSpace> places;
  VectorView<double, DeviceSpace> values;

  __device__ void operator()(const Group& g) const {
    Shared& s = g.shared<Shared>();
    if (counted.search->counted == 0) return;
    const double least =
        CandidateCut::least(CutSearch::number_of(counted.search->steps[CutSearch::digits].prefix), counted.margin);
    index_t before = 0;
    for (index_t b = g.thread(); b < g.block(); b += g.threads()) before += counted.chosen[b];
    index_t place = CountChosen::block_sum(g, s, before);
    const index_t end = counted.begin(g, g.block() + 1);
    for (index_t first = counted.begin(g, g.block()); first < end; first += g.threads()) {
      const index_t i = first + g.thread();
      const bool chosen = i < end && counted.x(i) >= least;
      const unsigned lanes = g.ballot(chosen);
      g.sync();
      if (g.lane() == 0) s.of_warp[g.warp()] = g.count(lanes);
      g.sync();
      index_t here = place + g.count(lanes & ((1u << g.lane()) - 1));
      for (int w = 0; w < g.warps(); ++w) {
        if (w < g.warp()) here += s.of_warp[w];
        place += s.of_warp[w];
      }
      if (!chosen) continue;
      places(here) = i;
      values(here) = counted.x(i) + 0.0;
    }
    if (g.block() == g.blocks() - 1 && g.thread() == 0) counted.search->chosen = place;
  }
};

/// No digit known, nothing counted.
struct BeginSearch {
  CutSearch* search;
  CutSearch::Count* counts;
  index_t k;

  __device__ void operator()(const Group& g) const {
    for (index_t b = g.first(); b < index_t{CutSearch::digits} * CutSearch::bins; b += g.step()) counts[b] = 0;
    if (g.first() != 0) return;
    for (CutSearch::Step& step : search->steps) step = {0, k};
    search->counted = search->chosen = 0;
    search->next = CutSearch::no_next;
  }
};

struct SelectCandidates {
  /// The bytes that select_candidates() among so many elements takes.
  [[nodiscard]] static std::size_t select_candidates_workspace(const Context& ctx, index_t size) {
    return sizeof(CutSearch) + sizeof(CutSearch::Count) * CutSearch::digits * CutSearch::bins +
           sizeof(index_t) * static_cast<std::size_t>(blocks_of(ctx, size));
  }
  static CandidateCut select_candidates(Context& ctx, VectorView<const double, DeviceSpace> x, index_t k, double margin,
                                        VectorView<index_t, DeviceSpace> places,
                                        VectorView<double, DeviceSpace> values) {
    const index_t blocks = blocks_of(ctx, x.size);
    const Room<CutSearch> search(ctx, 1, operation);
    const Room<CutSearch::Count> digits(ctx, index_t{CutSearch::digits} * CutSearch::bins, operation);
    const Room<index_t> chosen(ctx, blocks, operation);
    launch(ctx, 16, threads, BeginSearch{search.data(), digits.data(), k});
    for (int d = 0; d < CutSearch::digits; ++d) {
      ctx.heed_stop(operation);
      launch(ctx, blocks, threads, CountDigit{x, search.data(), digits.data(), d});
    }
    ctx.heed_stop(operation);
    const CountChosen count{x, margin, search.data(), digits.data() + (CutSearch::digits - 1) * CutSearch::bins,
                            chosen.data()};
    launch(ctx, blocks, threads, count);
    launch(ctx, blocks, threads, WriteChosen{count, places, values});
    return found(ctx, search.data());
  }

 private:
  static constexpr const char* operation = "select_candidates";
  static constexpr int threads = DigitChoice::most_threads;

  static index_t blocks_of(const Context& ctx, index_t size) {
    constexpr index_t elements_a_block = 4096;
    return ctx.blocks_for((size + elements_a_block - 1) / elements_a_block * threads, threads);
  }
  static CandidateCut found(Context& ctx, const CutSearch* search) {
    CutSearch end;
    Memory::copy_to_host<CutSearch>(ctx, {search, 1}, {&end, 1});
    ctx.heed_stop(operation);
    CandidateCut cut;
    cut.counted = end.counted;
    cut.chosen = end.chosen;
    if (cut.counted > 0) cut.value = std::bit_cast<double>(end.steps[CutSearch::digits].prefix);
    if (end.next != CutSearch::no_next) cut.next = std::bit_cast<double>(std::uint64_t{~end.next - 1});
    return cut;
  }
};

}  // namespace isonomy::device
