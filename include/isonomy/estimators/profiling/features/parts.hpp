// The thirteen parts of a window as ranges of JMD-N + TMD + JMD-C.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::profiling {

/// A region of a window: the target middle domain (TMD), its halves, its flanks (JMD) and contiguous unions of them.
/// The ext parts are the `ext_len` residues of a flank next to the TMD.
enum class Part : std::uint8_t {
  tmd,
  tmd_n,
  tmd_c,
  jmd_n,
  jmd_c,
  ext_n,
  ext_c,
  tmd_jmd,
  jmd_n_tmd_n,
  tmd_c_jmd_c,
  tmd_e,
  ext_n_tmd_n,
  tmd_c_ext_c
};

/// `length` residues from the 0-based `offset` of a window on.
struct Range {
  index_t offset = 0, length = 0;
  bool operator==(const Range&) const = default;
};

namespace detail {

inline constexpr std::array<std::string_view, 13> part_names{
    "tmd",     "tmd_n",       "tmd_c",       "jmd_n", "jmd_c",       "ext_n",      "ext_c",
    "tmd_jmd", "jmd_n_tmd_n", "tmd_c_jmd_c", "tmd_e", "ext_n_tmd_n", "tmd_c_ext_c"};
inline constexpr std::array<std::string_view, 13> part_labels{
    "TMD",     "TMD_N",       "TMD_C",       "JMD_N", "JMD_C",       "EXT_N",      "EXT_C",
    "TMD_JMD", "JMD_N_TMD_N", "TMD_C_JMD_C", "TMD_E", "EXT_N_TMD_N", "TMD_C_EXT_C"};

}  // namespace detail

/// The part's name as in tables, "tmd_c_jmd_c".
constexpr std::string_view part_name(Part part) { return detail::part_names[static_cast<std::size_t>(part)]; }
/// The part's name as in feature ids, "TMD_C_JMD_C".
constexpr std::string_view part_label(Part part) { return detail::part_labels[static_cast<std::size_t>(part)]; }

/// The part of that name in either case, blanks ignored. ValueError listing the thirteen names.
inline Part parse_part(std::string_view name) {
  std::string key = text::without_blanks(name);
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (std::size_t i = 0; i < detail::part_names.size(); ++i)
    if (key == detail::part_names[i]) return static_cast<Part>(i);
  throw ValueError(text::joined("parse_part: ", text::quoted(name), " is not a part; expected one of ",
                                text::listed(detail::part_names, 13), "; correct the name"));
}

/// Residues of a TMD of `tmd_len` that belong to its N-terminal half: tmd_len/2, half to even (21 -> 10, 23 -> 12).
constexpr index_t tmd_n_length(index_t tmd_len) noexcept { return tmd_len / 2 + ((tmd_len & 3) == 3 ? 1 : 0); }

/// The range of `part` in a window of these lengths. An extension longer than its flank is the whole flank.
/// ValueError if a length is negative. Constant time. Source: table of parts.
inline Range part_range(Part part, index_t jmd_n_len, index_t tmd_len, index_t jmd_c_len, index_t ext_len = 0) {
  if (jmd_n_len < 0 || tmd_len < 0 || jmd_c_len < 0 || ext_len < 0)
    throw ValueError(text::joined("part_range: jmd_n_len=", jmd_n_len, ", tmd_len=", tmd_len, ", jmd_c_len=", jmd_c_len,
                                  ", ext_len=", ext_len, "; expected lengths of at least 0; correct the negative one"));
  const index_t tmd = jmd_n_len, jmd_c = jmd_n_len + tmd_len, end = jmd_c + jmd_c_len;
  const index_t middle = tmd + tmd_n_length(tmd_len);
  const index_t ext_n = tmd - std::min(ext_len, jmd_n_len), ext_end = jmd_c + std::min(ext_len, jmd_c_len);
  const auto between = [](index_t from, index_t to) { return Range{from, to - from}; };
  switch (part) {
  case Part::tmd: return between(tmd, jmd_c);
  case Part::tmd_n: return between(tmd, middle);
  case Part::tmd_c: return between(middle, jmd_c);
  case Part::jmd_n: return between(0, tmd);
  case Part::jmd_c: return between(jmd_c, end);
  case Part::ext_n: return between(ext_n, tmd);
  case Part::ext_c: return between(jmd_c, ext_end);
  case Part::tmd_jmd: return between(0, end);
  case Part::jmd_n_tmd_n: return between(0, middle);
  case Part::tmd_c_jmd_c: return between(middle, end);
  case Part::tmd_e: return between(ext_n, ext_end);
  case Part::ext_n_tmd_n: return between(ext_n, middle);
  case Part::tmd_c_ext_c: return between(middle, ext_end);
  }
  throw ValueError(text::joined("part_range: part number ", static_cast<int>(part),
                                " does not exist; expected 0 to 12; use an enumerator of Part"));
}

/// tmd, jmd_n_tmd_n, tmd_c_jmd_c: the parts of a run that names none.
inline std::vector<Part> default_parts() { return {Part::tmd, Part::jmd_n_tmd_n, Part::tmd_c_jmd_c}; }

/// All thirteen parts, or without an extension (`ext_len` 0) the eight that need none, in the order of published
/// tables. ValueError if `ext_len` is negative.
inline std::vector<Part> all_parts(index_t ext_len) {
  if (ext_len < 0)
    throw ValueError(
        text::joined("all_parts: ext_len=", ext_len, "; expected at least 0; use 0 for the parts without extension"));
  if (ext_len == 0)
    return {Part::tmd,   Part::tmd_n,   Part::tmd_c,       Part::jmd_n,
            Part::jmd_c, Part::tmd_jmd, Part::jmd_n_tmd_n, Part::tmd_c_jmd_c};
  return {Part::tmd,         Part::tmd_e,       Part::tmd_n,      Part::tmd_c,   Part::jmd_n,
          Part::jmd_c,       Part::ext_c,       Part::ext_n,      Part::tmd_jmd, Part::jmd_n_tmd_n,
          Part::tmd_c_jmd_c, Part::ext_n_tmd_n, Part::tmd_c_ext_c};
}

}  // namespace isonomy::profiling
