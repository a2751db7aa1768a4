// Sequences as residue codes, appended chunk by chunk and grouped by layout; a byte per residue, nothing per feature.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letter_view.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"

namespace isonomy::profiling {

/// How windows become rows.
struct SequenceOptions {
  index_t ext_len = 0;       ///< length of the ext parts; at most the shorter flank
  bool accept_gaps = false;  ///< letters outside the alphabet count as gaps instead of being refused
};

/// Where the parts of a row lie among its `positions` residues.
struct Layout {
  index_t positions = 0;
  std::vector<Range> parts;
  auto operator<=>(const Layout& other) const {
    return std::lexicographical_compare_three_way(
        parts.begin(), parts.end(), other.parts.begin(), other.parts.end(), [](const Range& a, const Range& b) {
          return a.length != b.length ? a.length <=> b.length : a.offset <=> b.offset;
        });
  }
  bool operator==(const Layout& other) const { return parts == other.parts; }
};

/// Rows that share their layout and the places of their gaps, so that a split takes the same number of residues in all.
struct SequenceGroup {
  std::size_t layout = 0;           ///< index among the layouts
  std::string gaps;                 ///< a byte per position, 1 for a gap; empty where there is none
  std::vector<std::uint8_t> codes;  ///< row after row
  std::vector<std::uint32_t> rows;  ///< numbers of the rows in order of arrival
};

/// Labelled sequences cut into the same parts. Appending in any number of chunks gives the same set.
/// Memory: about positions + 8 bytes a row. A failed append leaves the set as it was.
class SequenceSet {
 public:
  /// ValueError if `parts` is empty or repeats a part.
  explicit SequenceSet(std::vector<Part> parts = default_parts(), SequenceOptions options = {},
                       Alphabet alphabet = Alphabet::canonical())
      : alphabet_(std::move(alphabet)), parts_(std::move(parts)), options_(options) {
    if (parts_.empty()) throw ValueError("SequenceSet: no parts; expected at least one; use default_parts()");
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (std::find(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(i), parts_[i]) !=
          parts_.begin() + static_cast<std::ptrdiff_t>(i))
        throw ValueError(text::joined(
            {"SequenceSet: part ", part_name(parts_[i]), " is listed twice; expected distinct parts; drop one"}));
    if (options_.ext_len < 0)
      throw ValueError(text::joined("SequenceSet: ext_len=", options_.ext_len, "; expected at least 0"));
  }

  /// Adds one row. ValueError naming the entry for residues outside the alphabet (unless gaps are accepted), which it
  /// lists with their numbers, for an extension longer than a flank, or for lengths that are not those of the residues.
  void append(const Window& window, int label) {
    if (options_.ext_len > window.jmd_n_len || options_.ext_len > window.jmd_c_len)
      throw ValueError(text::joined("SequenceSet: entry ", text::quoted(window.entry), ": ext_len=", options_.ext_len,
                                    " exceeds a flank of ", std::min(window.jmd_n_len, window.jmd_c_len),
                                    " residues; expected at most that; shorten ext_len or widen the flanks"));
    const std::array<index_t, 3> key{window.jmd_n_len, window.tmd_len, window.jmd_c_len};
    auto known = cuts_.find(key);
    if (known == cuts_.end()) {
      std::vector<Range> ranges;
      for (const Part part : parts_) ranges.push_back(part_range(part, key[0], key[1], key[2], options_.ext_len));
      known = cuts_.emplace(key, make_cut(ranges, key[0] + key[1] + key[2])).first;
    }
    const text::LetterView residues(window.residues);
    if (static_cast<index_t>(residues.size()) != key[0] + key[1] + key[2])
      throw ValueError(text::joined("SequenceSet: entry ", text::quoted(window.entry), " has ", residues.size(),
                                    " residues for jmd_n_len=", key[0], ", tmd_len=", key[1], ", jmd_c_len=", key[2],
                                    "; expected their sum; correct the lengths, which count letters"));
    append_row(window.entry, residues, known->second, label, window.first);
  }

  /// Labels are whole numbers.
  template <class Label>
    requires(!std::convertible_to<Label, int>)
  void append(const Window&, const Label&) {
    static_assert(never<Label>, "a label is a whole number: number your groups, 1 for the test group and 0 for the "
                                "reference, or name the numbers in ProfileOptions::label_test and label_ref");
  }

  /// Adds one row given as its parts' own strings, in the order of parts().
  /// ShapeError unless there is one string a part.
  void append_parts(std::string_view entry, std::span<const std::string_view> strings, int label) {
    if (strings.size() != parts_.size())
      throw ShapeError(text::joined("SequenceSet: entry ", text::quoted(entry), " has ", strings.size(),
                                    " part strings for ", parts_.size(), " parts; expected one a part"));
    std::vector<Range> ranges;
    std::string residues;
    index_t length = 0;
    for (const std::string_view s : strings) {
      ranges.push_back({length, static_cast<index_t>(text::LetterView(s).size())});
      length += ranges.back().length;
      residues += s;
    }
    append_row(entry, residues, make_cut(ranges, length), label, 1);
  }

  [[nodiscard]] index_t size() const noexcept { return static_cast<index_t>(labels_.size()); }
  [[nodiscard]] const std::vector<int>& labels() const noexcept { return labels_; }
  [[nodiscard]] const Alphabet& alphabet() const noexcept { return alphabet_; }
  [[nodiscard]] const std::vector<Part>& parts() const noexcept { return parts_; }
  [[nodiscard]] const SequenceOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::vector<Layout>& layouts() const noexcept { return layouts_; }
  [[nodiscard]] const std::vector<SequenceGroup>& groups() const noexcept { return groups_; }
  /// Rows with a gap in one of their parts.
  [[nodiscard]] index_t rows_with_gaps() const noexcept { return rows_with_gaps_; }
  /// Length of the shortest part of any row, gaps included; 0 for an empty set.
  [[nodiscard]] index_t shortest_part() const noexcept {
    index_t shortest = layouts_.empty() ? 0 : std::numeric_limits<index_t>::max();
    for (const Layout& layout : layouts_)
      for (const Range& part : layout.parts) shortest = std::min(shortest, part.length);
    return shortest;
  }
  /// The parts that have no position at all in some row, in the order of parts().
  [[nodiscard]] std::vector<Part> empty_parts() const {
    std::vector<Part> empty;
    for (std::size_t k = 0; k < parts_.size(); ++k)
      if (std::any_of(layouts_.begin(), layouts_.end(), [k](const Layout& l) { return l.parts[k].length == 0; }))
        empty.push_back(parts_[k]);
    return empty;
  }

  /// The set of rows `chosen` (numbers below size(), repeats allowed) in that order.
  [[nodiscard]] SequenceSet subset(std::span<const index_t> chosen) const {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> place(labels_.size());  // group, place in the group
    for (std::size_t g = 0; g < groups_.size(); ++g)
      for (std::size_t i = 0; i < groups_[g].rows.size(); ++i)
        place[groups_[g].rows[i]] = {static_cast<std::uint32_t>(g), static_cast<std::uint32_t>(i)};
    SequenceSet out(parts_, options_, alphabet_);
    out.layouts_ = layouts_;
    out.layout_places_ = layout_places_;
    out.cuts_ = cuts_;
    std::vector<std::size_t> target(groups_.size(), none);
    for (const index_t row : chosen) {
      if (row < 0 || row >= size())
        throw ValueError(
            text::joined("SequenceSet::subset: row ", row, " of ", size(), "; expected 0 to ", size() - 1));
      const auto [g, i] = place[static_cast<std::size_t>(row)];
      const SequenceGroup& from = groups_[g];
      if (target[g] == none) {
        target[g] = out.groups_.size();
        out.group_places_.emplace(std::pair(from.layout, from.gaps), target[g]);
        out.groups_.push_back({from.layout, from.gaps, {}, {}});
      }
      SequenceGroup& to = out.groups_[target[g]];
      const auto positions = static_cast<std::size_t>(layouts_[from.layout].positions);
      const auto first = from.codes.begin() + static_cast<std::ptrdiff_t>(i * positions);
      to.codes.insert(to.codes.end(), first, first + static_cast<std::ptrdiff_t>(positions));
      to.rows.push_back(static_cast<std::uint32_t>(out.labels_.size()));
      out.labels_.push_back(labels_[static_cast<std::size_t>(row)]);
      if (!from.gaps.empty()) ++out.rows_with_gaps_;
    }
    return out;
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  /// The positions of a window that some part covers, and the layout they form.
  struct Cut {
    std::vector<index_t> covered;
    std::size_t layout = 0;
  };

  Cut make_cut(const std::vector<Range>& ranges, index_t length) {
    std::vector<index_t> moved(static_cast<std::size_t>(length) + 1, 0);
    for (const Range& r : ranges)
      for (index_t i = r.offset; i < r.offset + r.length; ++i) moved[static_cast<std::size_t>(i)] = 1;
    Cut cut;
    for (index_t i = 0; i < length; ++i) {
      const bool covered = moved[static_cast<std::size_t>(i)] != 0;
      moved[static_cast<std::size_t>(i)] = static_cast<index_t>(cut.covered.size());
      if (covered) cut.covered.push_back(i);
    }
    moved.back() = static_cast<index_t>(cut.covered.size());
    if (cut.covered.size() > std::numeric_limits<std::uint16_t>::max())
      throw ValueError(text::joined("SequenceSet: a window of ", cut.covered.size(),
                                    " residues; expected at most 65535; cut the sequences into shorter parts"));
    Layout layout{static_cast<index_t>(cut.covered.size()), {}};
    for (const Range& r : ranges)
      layout.parts.push_back({r.length == 0 ? 0 : moved[static_cast<std::size_t>(r.offset)], r.length});
    const auto [place, added] = layout_places_.emplace(layout, layouts_.size());
    if (added) layouts_.push_back(std::move(layout));
    cut.layout = place->second;
    return cut;
  }

  void append_row(std::string_view entry, const text::LetterView& residues, const Cut& cut, int label, index_t first) {
    if (labels_.size() >= std::numeric_limits<std::uint32_t>::max())
      throw ValueError("SequenceSet: more than 4294967294 rows; expected fewer; profile a sample");
    row_.resize(cut.covered.size());
    bool gaps = false;
    for (std::size_t i = 0; i < cut.covered.size(); ++i) {
      int code = letter_code(alphabet_, residues[static_cast<std::size_t>(cut.covered[i])]);
      if (code < 0 || code == alphabet_.gap_code()) {
        if (!options_.accept_gaps) refuse(entry, residues, cut, first);
        code = alphabet_.gap_code();
        gaps = true;
      }
      row_[i] = static_cast<std::uint8_t>(code);
    }
    SequenceGroup& group = groups_[group_of(cut.layout, gaps)];
    group.codes.insert(group.codes.end(), row_.begin(), row_.end());
    group.rows.push_back(static_cast<std::uint32_t>(labels_.size()));
    labels_.push_back(label);
    if (gaps) ++rows_with_gaps_;
  }

  std::size_t group_of(std::size_t layout, bool gaps) {
    if (!gaps) {
      if (gapless_.size() <= layout) gapless_.resize(layout + 1, none);
      if (gapless_[layout] != none) return gapless_[layout];
    }
    std::string mask;
    if (gaps)
      for (const std::uint8_t code : row_) mask += code == alphabet_.gap_code() ? '\1' : '\0';
    const auto [place, added] = group_places_.emplace(std::pair(layout, mask), groups_.size());
    if (added) groups_.push_back({layout, std::move(mask), {}, {}});
    if (!gaps) gapless_[layout] = place->second;
    return place->second;
  }

  [[noreturn]] void refuse(std::string_view entry, const text::LetterView& residues, const Cut& cut,
                           index_t first) const {
    std::vector<std::string_view> unknown;
    std::vector<std::string> found;
    for (const index_t i : cut.covered) {
      const std::string_view letter = residues[static_cast<std::size_t>(i)];
      const int code = letter_code(alphabet_, letter);
      if (code >= 0 && code != alphabet_.gap_code()) continue;
      if (std::find(unknown.begin(), unknown.end(), letter) != unknown.end()) continue;
      unknown.push_back(letter);
      found.push_back(text::joined(text::letter_name(letter), " at residue ", first + i));
      if (found.size() > 10) break;
    }
    throw ValueError(text::joined("SequenceSet: entry ", text::quoted(entry), " holds ", text::listed(found),
                                  "; expected letters of ", alphabet_.letters(),
                                  "; remove the entry, replace the letters, or set accept_gaps to count them as gaps"));
  }

  Alphabet alphabet_;
  std::vector<Part> parts_;
  SequenceOptions options_;
  std::map<std::array<index_t, 3>, Cut> cuts_;
  std::map<Layout, std::size_t> layout_places_;
  std::vector<Layout> layouts_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> group_places_;
  std::vector<std::size_t> gapless_;
  std::vector<SequenceGroup> groups_;
  std::vector<int> labels_;
  std::vector<std::uint8_t> row_;
  index_t rows_with_gaps_ = 0;
};

}  // namespace isonomy::profiling
