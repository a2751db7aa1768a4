// A protein cut into JMD-N, TMD and JMD-C, from each of the layouts in which proteins are given.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letter_view.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"

namespace isonomy::profiling {

/// The residues of one protein that features are computed from: JMD-N + TMD + JMD-C, '-' where the protein ends.
/// Lengths, here and below, count letters of UTF-8: each is one residue, however many bytes it takes.
struct Window {
  std::string entry;
  std::string residues;
  index_t jmd_n_len = 0, tmd_len = 0, jmd_c_len = 0;
  /// The number that messages give the first residue: its place in the protein, below 1 where gaps precede that.
  index_t first = 1;
  /// The same residues under the same name, wherever in the protein.
  bool operator==(const Window& other) const {
    return entry == other.entry && residues == other.residues && jmd_n_len == other.jmd_n_len &&
           tmd_len == other.tmd_len && jmd_c_len == other.jmd_c_len;
  }
};

/// How many residues to take on each side of the TMD. Every window has exactly these flanks, padded with '-'.
struct Flanks {
  index_t jmd_n_len = 10, jmd_c_len = 10;
  bool operator==(const Flanks&) const = default;
};

/// No protein has longer flanks; a larger number is a mistake and would exhaust memory.
inline constexpr index_t max_flank = 1'000'000'000;

/// Nothing. ValueError if a flank is negative or beyond max_flank, or `ext_len` is negative or longer than a flank.
inline void validate(const Flanks& flanks, index_t ext_len = 0) {
  const index_t shorter = std::min(flanks.jmd_n_len, flanks.jmd_c_len);
  if (shorter < 0 || std::max(flanks.jmd_n_len, flanks.jmd_c_len) > max_flank)
    throw ValueError(text::joined("Flanks: jmd_n_len=", flanks.jmd_n_len, ", jmd_c_len=", flanks.jmd_c_len,
                                  "; expected flanks of 0 to ", max_flank, "; correct them"));
  if (ext_len < 0 || ext_len > shorter)
    throw ValueError(text::joined("Flanks: ext_len=", ext_len, "; expected 0 to the shorter flank, ", shorter,
                                  "; lower ext_len or lengthen the flanks"));
}

/// The residues of `part` in the window, valid as long as the window.
inline std::string_view part_residues(const Window& window, Part part, index_t ext_len = 0) {
  const Range range = part_range(part, window.jmd_n_len, window.tmd_len, window.jmd_c_len, ext_len);
  return text::LetterView(window.residues)
      .between(static_cast<std::size_t>(range.offset), static_cast<std::size_t>(range.offset + range.length));
}

namespace detail {

inline std::string window_of(std::string_view operation, std::string_view entry) {
  return text::joined(operation, ": entry ", text::quoted(entry), ": ");
}

inline void require_input(std::string_view operation, std::string_view entry, std::string_view name,
                          std::string_view value) {
  if (entry.empty())
    throw ValueError(text::joined(operation, ": the entry has no id; expected a unique name; fill the column entry"));
  if (value.empty())
    throw ValueError(text::joined(
        {window_of(operation, entry), name, " is empty; expected at least one residue; remove the entry"}));
}

/// The window of the 0-based TMD [first, stop) of a checked sequence, with gaps where that ends.
inline Window cut(std::string_view entry, const text::LetterView& sequence, index_t first, index_t stop,
                  Flanks flanks) {
  const auto length = static_cast<index_t>(sequence.size());
  const index_t from = first - flanks.jmd_n_len, to = stop + flanks.jmd_c_len;
  std::string residues(static_cast<std::size_t>(std::max<index_t>(0, -from)), gap_letter);
  residues += sequence.between(static_cast<std::size_t>(std::max<index_t>(0, from)),
                               static_cast<std::size_t>(std::min(to, length)));
  residues.append(static_cast<std::size_t>(std::max<index_t>(0, to - length)), gap_letter);
  return {std::string(entry), std::move(residues), flanks.jmd_n_len, stop - first, flanks.jmd_c_len, from + 1};
}

}  // namespace detail

/// The window whose TMD is the residues tmd_start to tmd_stop of `sequence`, 1-based and inclusive.
/// ValueError naming the entry unless 1 <= tmd_start <= tmd_stop <= length. Linear in the window.
inline Window window_from_positions(std::string_view entry, const text::LetterView& sequence, index_t tmd_start,
                                    index_t tmd_stop, Flanks flanks = {}) {
  detail::require_input("window_from_positions", entry, "sequence", sequence.text());
  validate(flanks);
  const auto length = static_cast<index_t>(sequence.size());
  if (tmd_start < 1 || tmd_start > tmd_stop || tmd_stop > length)
    throw ValueError(text::joined(detail::window_of("window_from_positions", entry), "tmd_start=", tmd_start,
                                  ", tmd_stop=", tmd_stop, " in a sequence of ", length,
                                  " residues; expected 1 <= tmd_start <= tmd_stop <= length; positions count from 1"));
  return detail::cut(entry, sequence, tmd_start - 1, tmd_stop, flanks);
}

/// The window of three given parts: flanks longer than asked are cut at their far end, shorter ones padded with '-'.
/// The split points are the given ones, even where the TMD's residues also occur earlier. ValueError for an empty TMD.
inline Window window_from_parts(std::string_view entry, std::string_view jmd_n, std::string_view tmd,
                                std::string_view jmd_c, Flanks flanks = {}) {
  detail::require_input("window_from_parts", entry, "tmd", tmd);
  validate(flanks);
  const auto length = [](std::string_view s) { return static_cast<index_t>(text::LetterView(s).size()); };
  const index_t first = length(jmd_n);
  return detail::cut(entry, text::joined(jmd_n, tmd, jmd_c), first, first + length(tmd), flanks);
}

/// The window around the first occurrence of `tmd` in `sequence`. ValueError naming the entry if there is none.
inline Window window_from_tmd(std::string_view entry, std::string_view sequence, std::string_view tmd,
                              Flanks flanks = {}) {
  detail::require_input("window_from_tmd", entry, "sequence", sequence);
  detail::require_input("window_from_tmd", entry, "tmd", tmd);
  validate(flanks);
  const auto first = sequence.find(tmd);
  if (first == std::string_view::npos)
    throw ValueError(text::joined(detail::window_of("window_from_tmd", entry), "tmd ", text::quoted(tmd),
                                  " is not contained in sequence ", text::quoted(sequence),
                                  "; expected a part of it; compare the two columns"));
  const auto start = static_cast<index_t>(text::LetterView(sequence.substr(0, first)).size());
  return detail::cut(entry, sequence, start, start + static_cast<index_t>(text::LetterView(tmd).size()), flanks);
}

/// The window of a whole sequence: the TMD is what lies between the flanks. A sequence that leaves nothing between them
/// is lengthened with '-' until the TMD has one place (at its end, or at its start if jmd_n_len is 0).
inline Window window_from_sequence(std::string_view entry, std::string_view sequence, Flanks flanks = {}) {
  detail::require_input("window_from_sequence", entry, "sequence", sequence);
  validate(flanks);
  const index_t a = flanks.jmd_n_len, b = flanks.jmd_c_len;
  const auto length = static_cast<index_t>(text::LetterView(sequence).size());
  const index_t missing = std::max<index_t>(0, a + b + 1 - length);
  const std::string gaps(static_cast<std::size_t>(missing), gap_letter);
  Window out = detail::cut(entry, a > 0 ? text::joined(sequence, gaps) : text::joined(gaps, sequence), a,
                           length + missing - b, flanks);
  if (a == 0) out.first -= missing;
  return out;
}

/// The first and last residue of a TMD of `tmd_len` whose anchor is residue `pos`, 1-based; even lengths reach one
/// residue further to the right than to the left.
inline std::pair<index_t, index_t> anchored_tmd(index_t pos, index_t tmd_len) {
  const index_t left = (tmd_len - 1) / 2;
  return {pos - left, pos + (tmd_len - left) - 1};
}

namespace detail {

inline void require_tmd_length(std::string_view operation, index_t tmd_len) {
  if (tmd_len < 1)
    throw ValueError(text::joined(
        {operation, ": tmd_len=", tmd_len, "; expected at least 1; pass the length of the TMD around an anchor"}));
}

}  // namespace detail

/// Whether the window of window_from_anchor() lies inside the sequence.
[[nodiscard]] inline bool anchor_fits(const text::LetterView& sequence, index_t pos, index_t tmd_len, Flanks flanks) {
  const auto length = static_cast<index_t>(sequence.size());
  if (pos < 1 || pos > length || tmd_len > length) return false;
  const auto [start, stop] = anchored_tmd(pos, tmd_len);
  return start - flanks.jmd_n_len >= 1 && stop + flanks.jmd_c_len <= length;
}

/// What a message says of anchors whose windows do not: " leave no room for ...", with rule and remedy.
[[nodiscard]] inline std::string no_room_text(index_t tmd_len, Flanks flanks) {
  return text::joined(" leave no room for jmd_n_len=", flanks.jmd_n_len, ", tmd_len=", tmd_len,
                      ", jmd_c_len=", flanks.jmd_c_len,
                      "; expected the whole window inside the sequence; drop these anchors or shorten the lengths");
}

/// The window of a TMD of `tmd_len` around residue `pos` (1-based). Its id is entry_<first>-<last residue of the
/// window>. ValueError if the window does not lie inside the sequence.
inline Window window_from_anchor(std::string_view entry, const text::LetterView& sequence, index_t pos, index_t tmd_len,
                                 Flanks flanks = {}) {
  detail::require_input("window_from_anchor", entry, "sequence", sequence.text());
  validate(flanks);
  detail::require_tmd_length("window_from_anchor", tmd_len);
  if (!anchor_fits(sequence, pos, tmd_len, flanks))
    throw ValueError(text::joined(detail::window_of("window_from_anchor", entry), "position ", pos, " of ",
                                  sequence.size(), " would", no_room_text(tmd_len, flanks)));
  const auto [start, stop] = anchored_tmd(pos, tmd_len);
  const std::string id = text::joined(entry, "_", start - flanks.jmd_n_len, "-", stop + flanks.jmd_c_len);
  return detail::cut(id, sequence, start - 1, stop, flanks);
}

/// A protein and the residues (1-based) around which windows are cut. No position means no window.
struct AnchoredSequence {
  std::string entry, sequence;
  std::vector<index_t> positions;
};

/// One window an anchor, in the order of rows and positions.
/// ValueError listing up to 10 anchors without room, or if there is no anchor at all.
inline std::vector<Window> windows_from_anchors(const std::vector<AnchoredSequence>& rows, index_t tmd_len,
                                                Flanks flanks = {}) {
  validate(flanks);
  detail::require_tmd_length("windows_from_anchors", tmd_len);
  std::vector<Window> out;
  std::vector<std::string> outside;
  for (const auto& row : rows) {
    const text::LetterView sequence(row.sequence);
    for (const index_t pos : row.positions) {
      if (anchor_fits(sequence, pos, tmd_len, flanks))
        out.push_back(window_from_anchor(row.entry, sequence, pos, tmd_len, flanks));
      else
        outside.push_back(text::joined(row.entry, ":", pos));
    }
  }
  if (!outside.empty())
    throw ValueError(text::joined("windows_from_anchors: ", outside.size(), " anchors (", text::listed(outside), ")",
                                  no_room_text(tmd_len, flanks)));
  if (out.empty())
    throw ValueError("windows_from_anchors: no row has an anchor; expected at least one position; fill the column pos");
  return out;
}

/// Whether one of `parts` holds a gap.
inline bool has_gap(const Window& window, const std::vector<Part>& parts = default_parts(), index_t ext_len = 0) {
  return std::any_of(parts.begin(), parts.end(), [&](Part part) {
    return part_residues(window, part, ext_len).find(gap_letter) != std::string_view::npos;
  });
}

/// The code of a letter in `alphabet`: -1 for one of several bytes.
[[nodiscard]] inline int letter_code(const Alphabet& alphabet, std::string_view letter) noexcept {
  return letter.size() == 1 ? alphabet.code(letter.front()) : -1;
}

/// A letter and the number of a residue that is it.
struct LetterPlace {
  std::string letter;
  index_t residue = 0;
};

/// The first residue of `parts` that neither is in `alphabet` nor a gap.
inline std::optional<LetterPlace> foreign_letter(const Window& window, const std::vector<Part>& parts,
                                                 index_t ext_len = 0,
                                                 const Alphabet& alphabet = Alphabet::canonical()) {
  const text::LetterView letters(window.residues);
  for (const Part part : parts) {
    const Range range = part_range(part, window.jmd_n_len, window.tmd_len, window.jmd_c_len, ext_len);
    for (index_t i = range.offset; i < range.offset + range.length; ++i) {
      const std::string_view letter = letters[static_cast<std::size_t>(i)];
      if (letter_code(alphabet, letter) < 0) return LetterPlace{std::string(letter), window.first + i};
    }
  }
  return std::nullopt;
}

/// Replaces every residue that is not in `alphabet` by '-'; returns how many. Linear in the residues.
inline index_t replace_unknown(Window& window, const Alphabet& alphabet = Alphabet::canonical()) {
  index_t replaced = 0;
  const std::string before = std::move(window.residues);
  const text::LetterView letters(before);
  window.residues.assign(letters.size(), gap_letter);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letter_code(alphabet, letters[i]) < 0)
      ++replaced;
    else
      window.residues[i] = letters[i].front();
  }
  return replaced;
}

/// Nothing. ValueError naming the feature if its scale is not in the table.
inline void validate(const Feature& feature, const ScaleTable& scales) {
  if (!scales.find(feature.scale))
    throw ValueError(text::joined("Feature: ", feature_id(feature), " names the scale ", text::quoted(feature.scale),
                                  ", which is not among the ", scales.size(),
                                  " scales; expected a known id; correct the feature or pass the scale"));
}

/// Nothing. ValueError naming feature and sequence if the part of a window is shorter than the split needs.
inline void validate(const Feature& feature, const std::vector<Window>& windows, index_t ext_len = 0) {
  const index_t needed = required_length(feature.split);
  for (const auto& window : windows) {
    const text::LetterView residues(part_residues(window, feature.part, ext_len));
    if (static_cast<index_t>(residues.size()) < needed)
      throw ValueError(text::joined("Feature: ", feature_id(feature), " needs ", needed, " residues and entry ",
                                    text::quoted(window.entry), " has ", residues.size(), " (",
                                    text::quoted(residues.text()),
                                    "); expected a part of that length; drop the feature or the entry"));
  }
}

}  // namespace isonomy::profiling
