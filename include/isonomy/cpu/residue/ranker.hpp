// One thread's worth of residue_rank_sums: features of one split ranked by histograms, or by comparing all pairs.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/cpu/residue/kernels.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/key_space.hpp"
#include "isonomy/ops/residue/multisets.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::cpu {

/// A scale in thousandths as 16-bit integers and as doubles, gaps 0.
struct ThousandthScale {
  std::array<std::uint16_t, max_residue_codes> integers{};
  const double* values = nullptr;
};

/// 2 U for features of few rows: every test row against every reference row, pair_lanes features side by side.
class PairRanker {
 public:
  explicit PairRanker(const ResidueKernels& kernels) : kernels_(kernels) {}

  /// Whether sums over these residue counts compare exactly as 16-bit integers after scaling to a common count.
  template <class Arithmetic>
  [[nodiscard]] static bool applies(std::span<const ResidueBlock> blocks) {
    index_t common = 1;
    for (const ResidueBlock& b : blocks) {
      if (Arithmetic::ties_need_order && b.split.residues % 8 == 0) return false;
      common = std::lcm(common, static_cast<index_t>(b.split.residues));
      if (common > most_common) return false;
    }
    return true;
  }

  void rank(std::span<const ResidueBlock> blocks, const ThousandthScale* const* scales, std::size_t count,
            std::uint64_t* twice_u) {
    index_t n = 0, n_test = 0, common = 1;
    for (const ResidueBlock& b : blocks) {
      n += b.rows.rows;
      n_test += b.rows.test_rows;
      common = std::lcm(common, static_cast<index_t>(b.split.residues));
    }
    keys_.resize(static_cast<std::size_t>(n * pair_lanes + kernel_padding));
    index_t test = 0, reference = n_test;
    std::uint32_t factor = 0;
    for (const ResidueBlock& b : blocks) {
      if (const auto wanted = static_cast<std::uint32_t>(common / b.split.residues); wanted != factor) {
        factor = wanted;
        for (std::size_t f = 0; f < count; ++f)
          for (std::size_t a = 0; a < max_residue_codes; ++a)
            table_[a][f] = static_cast<std::uint16_t>(factor * scales[f]->integers[a]);
      }
      const auto add = [&](index_t first, index_t rows, index_t place) {
        std::array<const std::uint8_t*, most_key_slots> codes{};
        for (std::int32_t k = 0; k < b.split.slots; ++k)
          codes[static_cast<std::size_t>(k)] = b.rows.codes + b.split.positions[k] * b.rows.stride + first;
        kernels_.pair_keys(codes.data(), b.split.slots, table_, rows, keys_.data() + place * pair_lanes);
      };
      add(0, b.rows.test_rows, test);
      add(b.rows.test_rows, b.rows.rows - b.rows.test_rows, reference);
      test += b.rows.test_rows;
      reference += b.rows.rows - b.rows.test_rows;
    }
    std::array<std::uint16_t, pair_lanes> out;
    kernels_.compare_pairs(keys_.data(), n_test, n, out.data());
    for (std::size_t f = 0; f < count; ++f) twice_u[f] = out[f];
  }

 private:
  static constexpr index_t most_common = 65;  // 65 * 1000 fits 16 bits
  ResidueKernels kernels_;
  std::vector<std::int16_t> keys_;
  std::uint16_t table_[max_residue_codes][pair_lanes] = {};
};

/// 2 U by a two-class histogram over integer keys: what does not depend on the width of its bins.
class HistogramRanker {
 public:
  explicit HistogramRanker(const ResidueKernels& kernels)
      : kernels_(kernels), keys_(chunk + kernel_padding), values_(chunk + kernel_padding) {}
  virtual ~HistogramRanker() = default;
  HistogramRanker(const HistogramRanker&) = delete;
  HistogramRanker& operator=(const HistogramRanker&) = delete;

  /// Sets the split whose features twice_u() is asked for. `space` is unused where all rows have one residue count that
  /// leaves no ties to order; `multisets` covers residue counts up to `fold_up_to`.
  void prepare(std::span<const ResidueBlock> blocks, const residue::KeySpace* space,
               const residue::Multisets& multisets, int fold_up_to, std::size_t features) {
    space_ = space;
    entries_.clear();
    folded_.clear();
    std::array<index_t, residue::Multisets::most_residues + 1> rows{};
    const auto foldable = [&](const ResidueBlock& b) {
      return features > 2 && b.split.slots == b.split.residues && b.split.slots <= fold_up_to;
    };
    for (const ResidueBlock& b : blocks)
      if (foldable(b)) rows[static_cast<std::size_t>(b.split.slots)] += b.rows.rows;
    const auto folds = [&](int c) {
      return 2 * rows[static_cast<std::size_t>(c)] > static_cast<index_t>(multisets.count(c));
    };
    for (int c = 1; c <= fold_up_to; ++c)
      if (rows[static_cast<std::size_t>(c)] > 0 && folds(c)) fold(blocks, c, multisets);
    std::vector<const ResidueBlock*> few;
    for (const ResidueBlock& b : blocks) {
      if (foldable(b) && folds(b.split.slots)) continue;
      if (b.rows.rows < small_block)
        few.push_back(&b);
      else
        entries_.push_back(Entry::of(b));
    }
    gather(few);
    direct_bins_ = residue::KeySpace::thousandths * blocks.front().split.residues + 1;
  }

  [[nodiscard]] virtual std::uint64_t twice_u(const ThousandthScale& scale) = 0;

 protected:
  static constexpr index_t chunk = 4096;
  static constexpr index_t small_block = 64;  // a vector of codes

  struct Entry {
    std::int32_t slots, residues;
    index_t rows, test_rows;
    std::array<const std::uint8_t*, most_key_slots> codes;
    static Entry of(const ResidueBlock& b) {
      Entry e{b.split.slots, b.split.residues, b.rows.rows, b.rows.test_rows, {}};
      for (std::int32_t k = 0; k < b.split.slots; ++k)
        e.codes[static_cast<std::size_t>(k)] = b.rows.codes + b.split.positions[k] * b.rows.stride;
      return e;
    }
  };
  /// Distinct multisets of one residue count with their rows.
  struct Folded {
    std::int32_t residues;
    index_t entries;
    std::vector<std::uint8_t> codes;  // residues x stride
    index_t stride;
    index_t first_weight;
  };

  /// Appends test and reference rows of every multiset that has some, behind the first `kept` weights.
  virtual void append_weights(std::size_t kept, std::span<const std::uint32_t> test_rows,
                              std::span<const std::uint32_t> reference_rows) = 0;

  void fold(std::span<const ResidueBlock> blocks, int c, const residue::Multisets& multisets) {
    const std::size_t count = multisets.count(c);
    counts_.assign(2 * count, 0);
    for (const ResidueBlock& b : blocks) {
      if (b.split.slots != c || b.split.residues != c) continue;
      multisets.add(b, 0, b.rows.test_rows, counts_.data());
      multisets.add(b, b.rows.test_rows, b.rows.rows, counts_.data() + count);
    }
    Folded f{c, 0, {}, 0, folded_.empty() ? 0 : folded_.back().first_weight + folded_.back().entries};
    for (std::size_t i = 0; i < count; ++i)
      if ((counts_[i] | counts_[count + i]) != 0) ++f.entries;
    f.stride = f.entries + kernel_padding;
    f.codes.assign(static_cast<std::size_t>(c * f.stride), 0);
    index_t entry = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if ((counts_[i] | counts_[count + i]) == 0) continue;
      const auto& members = multisets.members(c, i);
      for (int k = 0; k < c; ++k)
        f.codes[static_cast<std::size_t>(k * f.stride + entry)] = members[static_cast<std::size_t>(k)];
      ++entry;
    }
    const std::span<const std::uint32_t> rows(counts_);
    append_weights(static_cast<std::size_t>(f.first_weight), rows.first(count), rows.last(count));
    folded_.push_back(std::move(f));
  }

  /// Copies blocks that have fewer rows than a kernel takes at once side by side, those of equal counts into one entry.
  void gather(std::vector<const ResidueBlock*>& few) {
    const auto counts = [](const ResidueBlock* b) { return std::pair(b->split.slots, b->split.residues); };
    std::stable_sort(few.begin(), few.end(), [&](const auto* a, const auto* b) { return counts(a) < counts(b); });
    std::size_t bytes = 0;
    const std::size_t first_entry = entries_.size();
    for (std::size_t begin = 0, end = 0; begin < few.size(); begin = end) {
      Entry e{few[begin]->split.slots, few[begin]->split.residues, 0, 0, {}};
      for (; end < few.size() && counts(few[end]) == counts(few[begin]); ++end) {
        e.rows += few[end]->rows.rows;
        e.test_rows += few[end]->rows.test_rows;
      }
      bytes += static_cast<std::size_t>(e.slots) * static_cast<std::size_t>(e.rows + kernel_padding);
      entries_.push_back(e);
    }
    gathered_.assign(bytes, 0);
    std::uint8_t* to = gathered_.data();
    const ResidueBlock* const* from = few.data();
    for (std::size_t i = first_entry; i < entries_.size(); ++i) {
      Entry& e = entries_[i];
      index_t blocks = 0;
      for (index_t rows = 0; rows < e.rows; ++blocks) rows += from[blocks]->rows.rows;
      for (std::int32_t k = 0; k < e.slots; ++k, to += e.rows + kernel_padding) {
        e.codes[static_cast<std::size_t>(k)] = to;
        std::uint8_t *test = to, *reference = to + e.test_rows;
        for (index_t b = 0; b < blocks; ++b) {
          const ResidueRows& rows = from[b]->rows;
          const std::uint8_t* codes = rows.codes + from[b]->split.positions[k] * rows.stride;
          test = std::copy(codes, codes + rows.test_rows, test);
          reference = std::copy(codes + rows.test_rows, codes + rows.rows, reference);
        }
      }
      from += blocks;
    }
  }

  /// add(i, key) for every one of m keys, four to a load.
  template <class Add>
  void each_key(index_t first, index_t m, const Add& add) const {
    index_t i = first;
    for (; i + 4 <= m; i += 4) {
      std::uint64_t four;
      std::memcpy(&four, keys_.data() + i, sizeof(four));
      add(i, four & 0xffff);
      add(i + 1, (four >> 16) & 0xffff);
      add(i + 2, (four >> 32) & 0xffff);
      add(i + 3, four >> 48);
    }
    for (; i < m; ++i) add(i, std::uint64_t{keys_[static_cast<std::size_t>(i)]});
  }

  ResidueKernels kernels_;
  const residue::KeySpace* space_ = nullptr;
  index_t direct_bins_ = 0;
  std::vector<Entry> entries_;
  std::vector<Folded> folded_;
  std::vector<std::uint16_t> keys_;
  std::vector<std::uint32_t> values_, counts_;
  std::vector<std::uint8_t> gathered_;  // the codes of blocks of few rows, slot by slot
};

/// The histogram itself. Bin holds 16 + 16 bits for up to 65,535 rows, 32 + 32 above.
template <class Arithmetic, class Bin>
class BinRanker final : public HistogramRanker {
 public:
  explicit BinRanker(const ResidueKernels& kernels) : HistogramRanker(kernels), bins_(100002 + kernel_padding, 0) {}

  [[nodiscard]] std::uint64_t twice_u(const ThousandthScale& scale) override {
    for (const Folded& f : folded_) add_folded(f, scale);
    for (const Entry& e : entries_) add_rows(e, scale);
    return kernels_.scan(bins_.data(), space_ != nullptr ? static_cast<index_t>(space_->bins()) : direct_bins_);
  }

 private:
  static constexpr Bin test = Bin{1} << (sizeof(Bin) * 4);

  void append_weights(std::size_t kept, std::span<const std::uint32_t> test_rows,
                      std::span<const std::uint32_t> reference_rows) override {
    weights_.resize(kept);
    for (std::size_t i = 0; i < test_rows.size(); ++i)
      if ((test_rows[i] | reference_rows[i]) != 0)
        weights_.push_back(static_cast<Bin>(test * test_rows[i] + reference_rows[i]));
  }

  void add_folded(const Folded& f, const ThousandthScale& scale) {
    std::array<const std::uint8_t*, most_key_slots> codes{};
    for (index_t begin = 0; begin < f.entries; begin += chunk) {
      const index_t m = std::min(chunk, f.entries - begin);
      for (std::int32_t k = 0; k < f.residues; ++k)
        codes[static_cast<std::size_t>(k)] = f.codes.data() + k * f.stride + begin;
      kernels_.keys(codes.data(), f.residues, scale.integers.data(), m, keys_.data());
      const Bin* weight = weights_.data() + f.first_weight + begin;
      Bin* bins = bins_.data();
      if (space_ == nullptr) {
        each_key(0, m, [&](index_t i, std::uint64_t key) { bins[key] = static_cast<Bin>(bins[key] + weight[i]); });
      } else {
        const std::uint32_t* place = space_->keys(f.residues);
        each_key(0, m, [&](index_t i, std::uint64_t key) {
          bins[place[key]] = static_cast<Bin>(bins[place[key]] + weight[i]);
        });
      }
    }
  }

  void add_rows(const Entry& e, const ThousandthScale& scale) {
    std::array<const std::uint8_t*, most_key_slots> codes{};
    Bin* bins = bins_.data();
    const bool by_value = Arithmetic::ties_need_order && e.residues % 8 == 0;
    for (index_t begin = 0; begin < e.rows; begin += chunk) {
      const index_t m = std::min(chunk, e.rows - begin), tests = std::clamp<index_t>(e.test_rows - begin, 0, m);
      for (std::int32_t k = 0; k < e.slots; ++k)
        codes[static_cast<std::size_t>(k)] = e.codes[static_cast<std::size_t>(k)] + begin;
      if (by_value) {
        kernels_.rounded_values(codes.data(), e.slots, e.residues, scale.values, m, values_.data());
        const std::uint32_t* place = space_->of_value();
        for (index_t i = 0; i < m; ++i) {
          Bin& bin = bins[place[values_[static_cast<std::size_t>(i)]]];
          bin = static_cast<Bin>(bin + (i < tests ? test : Bin{1}));
        }
        continue;
      }
      kernels_.keys(codes.data(), e.slots, scale.integers.data(), m, keys_.data());
      if (space_ == nullptr) {
        each_key(0, tests, [&](index_t, std::uint64_t key) { bins[key] = static_cast<Bin>(bins[key] + test); });
        each_key(tests, m, [&](index_t, std::uint64_t key) { bins[key] = static_cast<Bin>(bins[key] + 1); });
      } else {
        const std::uint32_t* place = space_->keys(e.residues);
        each_key(0, tests,
                 [&](index_t, std::uint64_t key) { bins[place[key]] = static_cast<Bin>(bins[place[key]] + test); });
        each_key(tests, m,
                 [&](index_t, std::uint64_t key) { bins[place[key]] = static_cast<Bin>(bins[place[key]] + 1); });
      }
    }
  }

  std::vector<Bin> bins_, weights_;
};

}  // namespace isonomy::cpu
