// Means of numbers over the residues of splits, many columns of a part at a time: what profiles of tensors are made of.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"
#include "isonomy/estimators/profiling/numeric/numeric_parts.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/residue/statistics.hpp"

namespace isonomy::profiling::detail {

/// Where a row's residues begin, in elements of its tensor, how many there are, and which list of indices fits that.
struct NumericRow {
  index_t first = 0, length = 0;
  std::uint32_t length_class = 0;
};

inline constexpr index_t numeric_block = 8;

/// A dimension averaged over a split, and the column it goes to.
struct NumericColumn {
  std::uint32_t split = 0, dimension = 0;
  index_t column = 0;
};

/// Columns next to each other that belong to one split, numeric_block at most.
struct NumericBlock {
  index_t first = 0;
  std::int32_t columns = 0;
};

/// The columns of a block in one row per index: out[column * rows + i] = the mean over the split's residues that have a
/// value in that dimension, summed in the split's order, NaN if none has.
template <MemorySpace Space>
struct NumericMeans {
  const double* values;
  const NumericRow* rows;
  const std::uint32_t* positions;
  const std::int64_t* borders;  // splits + 1 per length class
  const NumericColumn* columns;
  const NumericBlock* blocks;
  index_t residue_stride, dimension_stride, splits, row_count;
  bool to_five_decimals;
  double missing;
  double* out;

  ISONOMY_HD void operator()(index_t index) const {
    const index_t i = index % row_count;
    const NumericBlock block = blocks[index / row_count];
    const NumericColumn* column = columns + block.first;
    const NumericRow row = rows[i];
    const std::int64_t* border = borders + static_cast<index_t>(row.length_class) * (splits + 1) + column->split;
    double sum[numeric_block] = {};
    std::int32_t count[numeric_block] = {};
    for (std::int64_t k = border[0]; k < border[1]; ++k) {
      const double* residue = values + row.first + static_cast<index_t>(positions[k]) * residue_stride;
      for (std::int32_t c = 0; c < block.columns; ++c) {
        const double v = residue[static_cast<index_t>(column[c].dimension) * dimension_stride];
        if (v == v) {
          sum[c] += v;
          ++count[c];
        }
      }
    }
    for (std::int32_t c = 0; c < block.columns; ++c) {
      double mean = count[c] > 0 ? sum[c] / static_cast<double>(count[c]) : missing;
      if (to_five_decimals) mean = std::rint(mean * 100000.0) / 100000.0;
      out[column[c].column * row_count + i] = mean;
    }
  }
};

/// One column per index: plain sums in row order, test rows first, two passes. NaN where a value is.
struct NumericStatistics {
  const double* values;
  index_t rows, test_rows;
  FeatureStatistics* out;

  ISONOMY_HD void operator()(index_t j) const {
    const double* x = values + j * rows;
    double mean[2], spread[2];
    for (int g = 0; g < 2; ++g) {
      const index_t begin = g == 0 ? 0 : test_rows, end = g == 0 ? test_rows : rows;
      const double n = static_cast<double>(end - begin);
      double sum = 0, squares = 0;
      for (index_t i = begin; i < end; ++i) sum += x[i];
      mean[g] = sum / n;
      for (index_t i = begin; i < end; ++i) {
        const double d = x[i] - mean[g];
        squares += rounded_product(d, d);
      }
      spread[g] = std::sqrt(squares / n);
    }
    out[j] = {mean[0] - mean[1], spread[0], spread[1]};
  }
};

/// out[i] = 1 if the real residues of row i hold an infinite number.
struct FindInfinite {
  const double* values;
  const NumericRow* rows;
  index_t residue_stride, dimension_stride, dimensions;
  std::uint8_t* out;

  ISONOMY_HD void operator()(index_t i) const {
    out[i] = 0;
    for (std::int64_t r = 0; r < rows[i].length; ++r)
      for (index_t d = 0; d < dimensions; ++d) {
        const double v = values[rows[i].first + r * residue_stride + d * dimension_stride];
        if (v == v && !(v - v == 0)) out[i] = 1;
      }
  }
};

/// One part's tensor with the residues that splits take from each of its rows.
template <class Tag>
class NumericSplits {
 public:
  using Space = typename Backend<Tag>::space;

  /// Rows in the order `order`, which must outlive it, as must the part.
  NumericSplits(Context<Tag>& ctx, const NumericPart<Space>& part, std::span<const index_t> order,
                const std::vector<Split>& splits, SegmentRule rule)
      : ctx_(ctx), part_(part.part), order_(order), values_(part.values), splits_(static_cast<index_t>(splits.size())),
        row_count_(static_cast<index_t>(order.size())) {
    std::vector<NumericRow> rows;
    std::vector<std::uint32_t> positions;
    std::vector<std::int64_t> borders;
    std::map<index_t, std::uint32_t> classes;
    for (const index_t i : order) {
      const Range r = part.residues[static_cast<std::size_t>(i)];
      const auto [known, added] = classes.try_emplace(r.length, static_cast<std::uint32_t>(classes.size()));
      if (added) {
        for (const Split& split : splits) {
          borders.push_back(static_cast<std::int64_t>(positions.size()));
          for (const index_t k : indices(split, r.length, rule)) positions.push_back(static_cast<std::uint32_t>(k));
        }
        borders.push_back(static_cast<std::int64_t>(positions.size()));
      }
      rows.push_back({i * values_.batch_stride + r.offset * values_.row_stride, r.length, known->second});
    }
    rows_ = to_device(ctx, rows, "profiling: numeric rows");
    positions_ = to_device(ctx, positions, "profiling: split positions");
    borders_ = to_device(ctx, borders, "profiling: split positions");
  }

  /// Nothing. ValueError naming part and row (from 1) for infinite numbers among the residues.
  void require_finite(const char* operation) {
    Buffer<std::uint8_t, Tag> infinite(ctx_, row_count_, "profiling: numeric rows");
    for_each(ctx_, row_count_,
             FindInfinite{values_.data, rows_.data(), values_.row_stride, values_.column_stride, values_.columns,
                          infinite.data()});
    const auto found = to_host(ctx_, infinite);
    for (std::size_t k = 0; k < found.size(); ++k)
      if (found[k] != 0)
        throw ValueError(
            text::joined(operation, ": part ", part_name(part_), ", row ", order_[k] + 1,
                         " holds an infinite number; expected finite ones, NaN where there is none; replace it"));
  }

  /// The means of these columns into `out`, each where it says.
  void means(std::span<const NumericColumn> columns, bool to_five_decimals, double* out) {
    std::vector<NumericBlock> blocks;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (k == 0 || columns[k].split != columns[k - 1].split || blocks.back().columns == numeric_block)
        blocks.push_back({static_cast<index_t>(k), 0});
      ++blocks.back().columns;
    }
    const auto device_columns =
        to_device(ctx_, VectorView<const NumericColumn>(columns.data(), static_cast<index_t>(columns.size())),
                  "profiling: numeric columns");
    const auto device_blocks = to_device(ctx_, blocks, "profiling: numeric columns");
    for_each(ctx_, device_blocks.size() * row_count_,
             NumericMeans<Space>{.values = values_.data,
                                 .rows = rows_.data(),
                                 .positions = positions_.data(),
                                 .borders = borders_.data(),
                                 .columns = device_columns.data(),
                                 .blocks = device_blocks.data(),
                                 .residue_stride = values_.row_stride,
                                 .dimension_stride = values_.column_stride,
                                 .splits = splits_,
                                 .row_count = row_count_,
                                 .to_five_decimals = to_five_decimals,
                                 .missing = std::numeric_limits<double>::quiet_NaN(),
                                 .out = out});
  }

 private:
  Context<Tag>& ctx_;
  Part part_;
  std::span<const index_t> order_;
  BatchView<const double, Space> values_;
  index_t splits_, row_count_;
  Buffer<NumericRow, Tag> rows_;
  Buffer<std::uint32_t, Tag> positions_;
  Buffer<std::int64_t, Tag> borders_;
};

}  // namespace isonomy::profiling::detail
