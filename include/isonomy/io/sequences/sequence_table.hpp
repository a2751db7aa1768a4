// Tables of proteins cut into windows, whichever of the six layouts they use, with the line of every refused row.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letter_view.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"
#include "isonomy/io/sequences/fasta.hpp"
#include "isonomy/io/sequences/group_labels.hpp"
#include "isonomy/io/sequences/residue_text.hpp"
#include "isonomy/io/sequences/window_options.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace isonomy::io {

/// Cuts rows one at a time, so that a table of any length can be appended in pieces.
class WindowCutter {
 public:
  /// IoError if the columns fit no layout, are called start or stop, or lack entry; ValueError for impossible options.
  WindowCutter(std::string path, const std::vector<std::string>& columns, WindowOptions options)
      : path_(std::move(path)), columns_(columns), options_(std::move(options)) {
    profiling::validate(options_.flanks, options_.ext_len);
    if (options_.tmd_len && (*options_.tmd_len < 1 || *options_.tmd_len > profiling::max_flank))
      throw ValueError(text::joined("WindowOptions: tmd_len=", *options_.tmd_len, "; expected 1 to ",
                                    profiling::max_flank, "; pass the length of the TMD"));
    for (const char* name : {"start", "stop"})
      if (find_column(columns_, name))
        throw IoError(path_, 1,
                      text::joined("there is a column '", name,
                                   "', which could be 0-based or exclusive; expected 'tmd_", name,
                                   "', 1-based and inclusive; rename the column"));
    entry_ = require_column(path_, columns_, "entry");
    if (!options_.label_column.empty()) label_ = find_column(columns_, options_.label_column);
    if (options_.groups) groups_.emplace(*options_.groups);
    find_layout();
  }

  /// The layout in use; `sequence` may turn into `residues` with the first row.
  SequenceLayout layout() const noexcept { return layout_; }

  /// Appends the windows of a row; `cells[k]` is the text of column k. IoError naming line and entry if the row is
  /// refused; nothing is appended then.
  template <class Cells>
  void cut(const Cells& cells, std::int64_t line, SequenceWindows& out) {
    const auto cell = [&cells](index_t column) { return std::string_view(cells[static_cast<std::size_t>(column)]); };
    const std::string_view entry = cell(entry_);
    if (entry.empty()) throw IoError(path_, line, "the row has no entry; expected a unique name; fill the column");
    ++rows_;
    if (label_ && groups_ && groups_->find(cell(*label_)) == Group::ignored) {
      ++out.ignored;
      return;
    }
    const bool first = !std::exchange(layout_is_final_, true);
    if (first && layout_ == SequenceLayout::sequence && label_ && is_list(cell(*label_)))
      layout_ = SequenceLayout::residues;
    const bool each = layout_ == SequenceLayout::residues;
    const int row_label = label_ && !each ? label(cell(*label_), line) : 0;
    std::vector<profiling::Window> windows;
    std::vector<int> labels;
    index_t ignored = 0;
    try {
      read_residues(cell);
      if (holds_hidden_letters(entry, line, out)) return;
      windows = each ? around_residues(entry, cell(*label_), line, labels, ignored) : from_row(entry, cell, line);
    } catch (const ValueError& error) {
      throw IoError(path_, line, error.what());
    }
    if (!each) labels.assign(windows.size(), row_label);
    for (const auto& window : windows) {
      const auto [at, added] = lines_.emplace(window.entry, line);
      if (!added)
        throw IoError(path_, line,
                      text::joined("entry '", window.entry, "' already stands in line ", at->second,
                                   "; expected distinct entries; rename or drop one"));
    }
    for (std::size_t k = 0; k < windows.size(); ++k) {
      if (is_dropped(windows[k], line, out)) continue;
      if (options_.replace_non_canonical_aa) out.replaced += profiling::replace_unknown(windows[k]);
      out.windows.push_back(std::move(windows[k]));
      out.rows.push_back(rows_ - 1);
      if (label_) out.labels.push_back(labels[k]);
    }
    out.ignored += ignored;
  }

  /// Adds the warnings about all rows to `out`. IoError if no row gave a window, naming the flanks, or if an
  /// anchor leaves no room for its window, listing up to ten.
  void finish(SequenceWindows& out) const {
    if (outside_count_ > 0)
      throw IoError(path_, 0,
                    text::joined(outside_count_, " anchors (", outside_, outside_count_ > 10 ? ", ...)" : ")",
                                 profiling::no_room_text(*options_.tmd_len, options_.flanks)));
    const auto warn = [&out](index_t count, const std::string& what) {
      if (count > 0) out.warnings.push_back(text::joined(count, what));
    };
    warn(out.ignored, " rows or windows were left out because their label is ignored");
    warn(static_cast<index_t>(out.dropped.size()),
         text::joined(" entries were dropped because of letters that are no amino acid: ", text::listed(out.dropped)));
    warn(out.removed, " entries were removed because they have gaps");
    warn(out.replaced, " letters that are no amino acid were replaced by gaps");
    warn(too_short_, text::joined(" of ", rows_, " sequences are shorter than a window and give none"));
    if (out.windows.empty())
      throw IoError(path_, 0,
                    text::joined("no window is left of ", rows_, " rows (", out.removed, " removed because of gaps, ",
                                 out.dropped.size(), " because of foreign letters, ", out.ignored,
                                 " ignored) with jmd_n_len=", options_.flanks.jmd_n_len,
                                 ", jmd_c_len=", options_.flanks.jmd_c_len, "; expected at least one; ",
                                 layout_ == SequenceLayout::anchors ? "fill the column pos, " : "",
                                 "shorten the flanks or keep entries with gaps"));
  }

 private:
  void find_layout() {
    const auto has = [this](std::string_view name) { return find_column(columns_, name).has_value(); };
    const auto place = [this](std::string_view name) { return find_column(columns_, name).value_or(-1); };
    sequence_ = place("sequence");
    tmd_ = place("tmd");
    jmd_n_ = place("jmd_n");
    jmd_c_ = place("jmd_c");
    start_ = place("tmd_start");
    stop_ = place("tmd_stop");
    pos_ = place("pos");
    has_parts_ = has("jmd_n") && has("tmd") && has("jmd_c");
    if (has("sequence") && has("tmd_start") && has("tmd_stop"))
      layout_ = SequenceLayout::positions;
    else if (has_parts_)
      layout_ = SequenceLayout::parts;
    else if (has("sequence") && has("tmd"))
      layout_ = SequenceLayout::sequence_tmd;
    else if (has("sequence") && has("pos"))
      layout_ = SequenceLayout::anchors;
    else if (has("sequence"))
      layout_ = SequenceLayout::sequence;
    else
      throw IoError(
          path_, 1,
          text::joined("the columns ", text::listed(columns_, columns_.size()),
                       " fit no layout; expected sequence, tmd_start, tmd_stop or jmd_n, tmd, jmd_c or sequence, "
                       "tmd or sequence, pos or sequence; add what is missing"));
    if (layout_ == SequenceLayout::anchors && !options_.tmd_len)
      throw ValueError("WindowOptions: the table gives anchors (sequence, pos) and no tmd_len is set; expected the "
                       "length of the TMD around an anchor; set WindowOptions::tmd_len");
  }

  /// Whether the first label is a list with one a residue.
  bool is_list(std::string_view cell) const {
    return cell.find(',') != std::string_view::npos && !(groups_ && groups_->find(cell));
  }

  static std::string_view without_brackets(std::string_view list) {
    list = text::without_blanks_around(list);
    return list.starts_with('[') && list.ends_with(']') ? list.substr(1, list.size() - 2) : list;
  }

  int label(std::string_view text, std::int64_t line, std::string_view where = "") const {
    const CellPlace place{path_, line, options_.label_column};
    if (groups_) return static_cast<int>(groups_->read(text, place, where));
    const std::int64_t value = parse_integer(text, place);
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
      refuse_cell(place, text, "labels of at most 32 bits");
    return static_cast<int>(value);
  }

  /// The residues of the row's columns as they count. ValueError for a sequence or TMD that is missing.
  template <class Cell>
  void read_residues(const Cell& cell) {
    const std::array columns{sequence_, tmd_, jmd_n_, jmd_c_};
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (columns[k] < 0) continue;
      const bool flank = k >= 2;
      if (!flank && is_missing_sequence(cell(columns[k])))
        throw ValueError(text::joined("column '", columns_[static_cast<std::size_t>(columns[k])], "' is '",
                                      cell(columns[k]),
                                      "', which stands for a missing value; expected residues; fill the cell or drop "
                                      "the row, and put a blank between the letters if they are residues"));
      residues_[k] = residues_of(
          cell(columns[k]),
          {.ends = columns[k] == sequence_ || columns[k] == jmd_c_, .upper_case = options_.upper_case}, rooms_[k]);
    }
  }

  /// Whether the row is dropped because of letters that nobody sees, which is noted in `out`. IoError unless the
  /// options drop rows with foreign letters.
  bool holds_hidden_letters(std::string_view entry, std::int64_t line, SequenceWindows& out) const {
    for (const std::string_view residues : residues_) {
      const auto hidden = hidden_letters(residues);
      if (hidden.empty()) continue;
      if (!options_.drop_non_canonical)
        throw IoError(path_, line,
                      text::joined("entry ", text::quoted(entry), " holds ", text::listed(hidden),
                                   "; expected letters that can be seen; remove them, since each would move the "
                                   "residues behind it, or set drop_non_canonical to drop such rows"));
      out.dropped.push_back(text::joined(entry, " (line ", line, ": ", hidden.front(), ")"));
      return true;
    }
    return false;
  }

  /// Whether the options drop a window; counts or lists it in `out` then.
  bool is_dropped(const profiling::Window& window, std::int64_t line, SequenceWindows& out) const {
    if (options_.drop_non_canonical)
      if (const auto foreign = profiling::foreign_letter(window, options_.parts, options_.ext_len)) {
        out.dropped.push_back(text::joined(window.entry, " (line ", line, ": ", text::letter_name(foreign->letter),
                                           " at residue ", foreign->residue, ")"));
        return true;
      }
    if (!options_.remove_entries_with_gaps || !profiling::has_gap(window, options_.parts, options_.ext_len))
      return false;
    ++out.removed;
    return true;
  }

  /// The windows of a row in every layout but residues.
  template <class Cell>
  std::vector<profiling::Window> from_row(std::string_view entry, const Cell& cell, std::int64_t line) {
    const auto flanks = options_.flanks;
    const auto [sequence, tmd, jmd_n, jmd_c] = residues_;
    if (sequence_ >= 0 && tmd_ >= 0 && (tmd.empty() || sequence.find(tmd) == std::string_view::npos))
      throw IoError(path_, line,
                    text::joined("entry '", entry, "': tmd '", tmd,
                                 "' is not contained in the sequence; expected a part of it; compare the two columns"));
    switch (layout_) {
    case SequenceLayout::positions: {
      const auto start = parse_integer(cell(start_), {path_, line, "tmd_start"});
      const auto stop = parse_integer(cell(stop_), {path_, line, "tmd_stop"});
      auto window = profiling::window_from_positions(entry, sequence, start, stop, flanks);
      if (has_parts_) require_match(entry, start, stop, line);
      return {std::move(window)};
    }
    case SequenceLayout::parts: return {profiling::window_from_parts(entry, jmd_n, tmd, jmd_c, flanks)};
    case SequenceLayout::sequence_tmd: return {profiling::window_from_tmd(entry, sequence, tmd, flanks)};
    case SequenceLayout::anchors: return around_anchors(entry, cell(pos_), line);
    default: return {profiling::window_from_sequence(entry, sequence, flanks)};
    }
  }

  /// IoError unless the given parts lie in the sequence and the TMD at its positions.
  void require_match(std::string_view entry, index_t start, index_t stop, std::int64_t line) const {
    const auto [sequence, tmd, jmd_n, jmd_c] = residues_;
    if (sequence.find(text::joined(jmd_n, tmd, jmd_c)) == std::string_view::npos)
      throw IoError(
          path_, line,
          text::joined(
              {"entry '", entry,
               "': jmd_n + tmd + jmd_c is not contained in the sequence; expected a part of it; correct the parts or "
               "drop them"}));
    if (text::LetterView(sequence).between(static_cast<std::size_t>(start - 1), static_cast<std::size_t>(stop)) != tmd)
      throw IoError(path_, line,
                    text::joined("entry '", entry, "': tmd '", tmd, "' does not stand at the residues ", start, " to ",
                                 stop, "; expected the TMD there; correct the positions or drop tmd"));
  }

  /// A window around every anchor where it lies inside the sequence; the others are noted.
  std::vector<profiling::Window> around_anchors(std::string_view entry, std::string_view list, std::int64_t line) {
    const auto positions = parse_integers(without_brackets(list), ',', {path_, line, "pos"});
    auto sorted = positions;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
      throw IoError(path_, line,
                    text::joined("entry '", entry, "': column 'pos' names ", *twice,
                                 " twice; expected distinct positions; drop one"));
    const text::LetterView sequence(residues_[0]);
    std::vector<profiling::Window> windows;
    for (const auto pos : positions) {
      if (profiling::anchor_fits(sequence, pos, *options_.tmd_len, options_.flanks))
        windows.push_back(profiling::window_from_anchor(entry, sequence, pos, *options_.tmd_len, options_.flanks));
      else if (++outside_count_ <= 10)
        outside_ += text::joined(outside_.empty() ? "" : ", ", entry, ":", pos);
    }
    return windows;
  }

  /// The labels of a row's residues.
  std::vector<int> labels_of_residues(std::string_view list, std::int64_t line) const {
    std::vector<int> out;
    const bool bond = options_.tmd_len.value_or(21) % 2 == 0;
    const GroupReader one_and_zero;
    for (const auto field : text::fields(without_brackets(list), ',')) {
      const std::string where = text::joined(" at residue ", out.size() + 1);
      const std::string_view one = unquoted_label(field);
      out.push_back(bond && !groups_
                        ? static_cast<int>(one_and_zero.read(one, {path_, line, options_.label_column}, where))
                        : label(one, line, where));
    }
    return out;
  }

  /// A window around every residue (odd tmd_len) or bond (even) where it lies inside the sequence, and its label;
  /// `ignored` counts those that an ignored label leaves out.
  std::vector<profiling::Window> around_residues(std::string_view entry, std::string_view list, std::int64_t line,
                                                 std::vector<int>& labels, index_t& ignored) {
    const text::LetterView sequence(residues_[0]);
    const auto each = labels_of_residues(list, line);
    const auto length = static_cast<index_t>(sequence.size());
    if (static_cast<index_t>(each.size()) != length)
      throw IoError(path_, line,
                    text::joined("entry '", entry, "': ", each.size(), " labels for ", length,
                                 " residues; expected one a residue; correct the row"));
    const index_t tmd_len = options_.tmd_len.value_or(21), half = tmd_len / 2;
    const index_t first = options_.flanks.jmd_n_len + half;
    const index_t last = length - options_.flanks.jmd_c_len - (tmd_len - half);
    if (last < first) {
      ++too_short_;
      return {};
    }
    std::vector<profiling::Window> windows;
    windows.reserve(static_cast<std::size_t>(last - first + 1));
    const bool bond = tmd_len % 2 == 0;
    constexpr int test = static_cast<int>(Group::test), none = static_cast<int>(Group::ignored);
    for (index_t i = first; i <= last; ++i) {
      const auto here = static_cast<std::size_t>(i);
      const int before = each[here - (bond ? 1 : 0)], behind = each[here];
      if (groups_ && (before == none || behind == none)) {
        ++ignored;
        continue;
      }
      const std::string id = bond ? text::joined(entry, "_", i, "|", i + 1) : text::joined(entry, "_pos", i);
      windows.push_back(
          profiling::window_from_positions(id, sequence, i - half + 1, i - half + tmd_len, options_.flanks));
      labels.push_back(bond ? static_cast<int>(before == test && behind == test) : behind);
    }
    return windows;
  }

  std::string path_;
  std::vector<std::string> columns_;
  WindowOptions options_;
  SequenceLayout layout_ = SequenceLayout::sequence;
  index_t entry_ = -1, sequence_ = -1, tmd_ = -1, jmd_n_ = -1, jmd_c_ = -1, start_ = -1, stop_ = -1, pos_ = -1;
  std::optional<index_t> label_;
  std::optional<GroupReader> groups_;
  bool has_parts_ = false, layout_is_final_ = false;
  /// The row's sequence, tmd, jmd_n and jmd_c, and where those are put that do not stand in the file as they count.
  std::array<std::string_view, 4> residues_;
  std::array<std::string, 4> rooms_;
  index_t rows_ = 0, too_short_ = 0, outside_count_ = 0;
  /// The first ten anchors whose window leaves its sequence.
  std::string outside_;
  std::unordered_map<std::string, std::int64_t> lines_;
};

namespace detail {

/// A row of a table as WindowCutter wants it.
struct TableCells {
  const Table& table;
  index_t row;
  std::string_view operator[](std::size_t column) const { return table.cell(row, static_cast<index_t>(column)); }
};

}  // namespace detail

/// Windows, labels and counts of a table. Errors as WindowCutter. Linear in the residues of the windows.
inline SequenceWindows sequences_from_table(const Table& table, const WindowOptions& options = {}) {
  WindowCutter cutter(table.path(), table.columns(), options);
  SequenceWindows out;
  for (index_t row = 0; row < table.size(); ++row) cutter.cut(detail::TableCells{table, row}, table.line(row), out);
  cutter.finish(out);
  return out;
}

/// The windows alone. Errors as WindowCutter.
inline std::vector<profiling::Window> windows_from_table(const Table& table, const WindowOptions& options = {}) {
  return sequences_from_table(table, options).windows;
}

/// The same from a file, row by row: the table itself is never in memory. Errors as TsvReader and WindowCutter.
inline SequenceWindows read_sequences(const std::string& path, const WindowOptions& options = {}) {
  TsvReader reader(path, {.separators = tab_or_comma});
  WindowCutter cutter(path, reader.columns(), options);
  SequenceWindows out;
  while (const auto row = reader.next()) cutter.cut(row->cells, row->line, out);
  cutter.finish(out);
  return out;
}

/// The entries of a FASTA file as a table of the columns entry and sequence.
inline Table sequence_table(const std::vector<FastaEntry>& entries, const std::string& path) {
  Table table(path, {"entry", "sequence"});
  for (const auto& entry : entries) table.append(std::vector<std::string>{entry.id, entry.sequence}, entry.line);
  return table;
}

}  // namespace isonomy::io
