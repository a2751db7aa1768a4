// Numbers per residue (embeddings, structure, annotations) as profiling sees them: a tensor per part, and where the
// real residues of every row stand in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"

namespace isonomy::profiling {

/// One part of every row. `values` is rows x longest x dimensions: batches are rows of the data set, matrix rows are
/// residues. Row i's residues stand at residues[i].offset and after; what lies outside is padding and never read. A
/// residue without a value is NaN. Parts may share one tensor.
template <MemorySpace Space>
struct NumericPart {
  Part part = Part::tmd;
  BatchView<const double, Space> values;
  std::span<const Range> residues;
};

/// Numbers of one protein, residues x dimensions in host memory, and its TMD as 1-based inclusive residue numbers.
struct NumericProtein {
  std::string entry;
  MatrixView<const double> values;
  index_t tmd_start = 0, tmd_stop = 0;
};

/// The windows of all proteins in one tensor of a backend's memory, which all parts share. Real residues come first,
/// NaN after them: a flank cut short by the protein's start moves no residue.
template <class Tag>
class NumericWindows {
 public:
  using Space = typename Backend<Tag>::space;

  /// Cuts JMD-N, TMD and JMD-C of the proteins as sequences are cut (window_from_positions).
  /// Memory rows x longest window x dimensions doubles. ValueError naming the entry for a TMD outside its protein;
  /// ShapeError for proteins that differ in dimensions.
  NumericWindows(Context<Tag>& ctx, std::span<const NumericProtein> proteins, std::vector<Part> parts = default_parts(),
                 Flanks flanks = {}, index_t ext_len = 0)
      : parts_(std::move(parts)), ranges_(parts_.size()) {
    validate(flanks, ext_len);
    if (proteins.empty() || parts_.empty())
      throw ValueError(text::joined("NumericWindows: ", proteins.size(), " proteins and ", parts_.size(),
                                    " parts; expected at least one of each"));
    rows_ = static_cast<index_t>(proteins.size());
    dimensions_ = proteins.front().values.columns;
    std::vector<Range> windows;
    for (const NumericProtein& p : proteins) {
      check::usable(p.values, "NumericWindows", "values");
      require(p);
      const index_t first = std::max(index_t{1}, p.tmd_start - flanks.jmd_n_len);
      const index_t last = std::min(p.values.rows, p.tmd_stop + flanks.jmd_c_len);
      windows.push_back({first - 1, last - first + 1});
      longest_ = std::max(longest_, windows.back().length);
      const index_t start = first - (p.tmd_start - flanks.jmd_n_len);  // padding before the first real residue
      for (std::size_t k = 0; k < parts_.size(); ++k) {
        const Range whole =
            part_range(parts_[k], flanks.jmd_n_len, p.tmd_stop - p.tmd_start + 1, flanks.jmd_c_len, ext_len);
        const index_t from = std::clamp(whole.offset - start, index_t{0}, windows.back().length);
        const index_t to = std::clamp(whole.offset + whole.length - start, index_t{0}, windows.back().length);
        ranges_[k].push_back({from, to - from});
      }
    }
    fill_rows(ctx, proteins, windows);
  }

  /// One a part, valid as long as this object stays where it is.
  [[nodiscard]] std::vector<NumericPart<Space>> parts() const {
    const index_t row = longest_ * dimensions_;
    std::vector<NumericPart<Space>> out;
    for (std::size_t k = 0; k < parts_.size(); ++k)
      out.push_back({parts_[k],
                     BatchView<const double, Space>(values_.data(), rows_, longest_, dimensions_, row, dimensions_, 1),
                     ranges_[k]});
    return out;
  }
  [[nodiscard]] index_t rows() const noexcept { return rows_; }
  [[nodiscard]] index_t dimensions() const noexcept { return dimensions_; }

 private:
  void require(const NumericProtein& p) const {
    const std::string where = "NumericWindows: entry " + text::quoted(p.entry);
    if (p.values.columns != dimensions_ || dimensions_ < 1)
      throw ShapeError(text::joined(where, " has ", p.values.columns, " dimensions and the first entry ", dimensions_,
                                    "; expected the same, at least one"));
    if (p.tmd_start < 1 || p.tmd_stop < p.tmd_start || p.tmd_stop > p.values.rows)
      throw ValueError(text::joined(where, " has ", p.values.rows, " residues and its TMD at ", p.tmd_start, " to ",
                                    p.tmd_stop,
                                    "; expected 1 <= tmd_start <= tmd_stop <= residues; correct the positions"));
  }

  void fill_rows(Context<Tag>& ctx, std::span<const NumericProtein> proteins, const std::vector<Range>& windows) {
    values_ = Buffer<double, Tag>(ctx, rows_ * longest_ * dimensions_, "numeric windows");
    const index_t size = longest_ * dimensions_;
    std::vector<double> row(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < proteins.size(); ++i) {
      std::fill(row.begin(), row.end(), std::numeric_limits<double>::quiet_NaN());
      for (index_t r = 0; r < windows[i].length; ++r)
        for (index_t d = 0; d < dimensions_; ++d)
          row[static_cast<std::size_t>(r * dimensions_ + d)] = proteins[i].values(windows[i].offset + r, d);
      Backend<Tag>::copy_from_host(ctx, VectorView<const double>(row.data(), size),
                                   values_.view().subview(static_cast<index_t>(i) * size, size));
    }
  }

  std::vector<Part> parts_;
  std::vector<std::vector<Range>> ranges_;
  index_t rows_ = 0, longest_ = 0, dimensions_ = 0;
  Buffer<double, Tag> values_;
};

namespace detail {

/// Nothing. Errors for tensors: parts repeated, rows that are not those of the labels, dimensions that differ
/// or are not the scales', residues outside the tensor.
template <MemorySpace Space>
void require_tensors(std::span<const NumericPart<Space>> parts, index_t rows, index_t scales, const char* operation) {
  const auto fail = [&](const NumericPart<Space>& p, const std::string& what) {
    throw ShapeError(text::joined(operation, ": part ", part_name(p.part), " ", what));
  };
  if (parts.empty()) throw ValueError(text::joined(operation, ": no parts; expected at least one tensor"));
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const NumericPart<Space>& p = parts[k];
    check::usable(p.values, operation, "values");
    for (std::size_t j = 0; j < k; ++j)
      if (parts[j].part == p.part) fail(p, "has two tensors; expected one a part; drop one");
    if (p.values.batches != rows || static_cast<index_t>(p.residues.size()) != rows)
      fail(p, text::joined("has a tensor of ", p.values.batches, " rows and the places of residues in ",
                           p.residues.size(), "; expected ", rows, ", one a label"));
    if (p.values.columns != scales || scales < 1)
      fail(p, text::joined("has ", p.values.columns, " dimensions; expected ", scales,
                           ", one a scale; pass a table with a scale for every dimension"));
    for (std::size_t i = 0; i < p.residues.size(); ++i) {
      const Range r = p.residues[i];
      if (r.offset < 0 || r.length < 0 || r.offset + r.length > p.values.rows)
        fail(p, text::joined("has the residues of row ", i + 1, " at ", r.offset, " to ", r.offset + r.length,
                             "; expected places within the tensor's ", p.values.rows));
    }
  }
}

}  // namespace detail
}  // namespace isonomy::profiling
