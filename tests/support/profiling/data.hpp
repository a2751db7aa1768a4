// Data that profiling tests run on: DOM_GSEC, synthetic sequences, windows of AA_SA, and the golden tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace isonomy::test {

/// Windows with their labels, in the order of the file.
struct LabelledWindows {
  std::vector<profiling::Window> windows;
  std::vector<int> labels;
  [[nodiscard]] std::size_t size() const { return windows.size(); }
};

inline profiling::SequenceSet set_of(const LabelledWindows& rows,
                                     std::vector<profiling::Part> parts = profiling::default_parts(),
                                     profiling::SequenceOptions options = {},
                                     profiling::Alphabet alphabet = profiling::Alphabet::canonical()) {
  profiling::SequenceSet set(std::move(parts), options, std::move(alphabet));
  for (std::size_t i = 0; i < rows.size(); ++i) set.append(rows.windows[i], rows.labels[i]);
  return set;
}

/// The rows `chosen`, in that order.
template <class Rows>
LabelledWindows pick(const LabelledWindows& from, const Rows& chosen) {
  LabelledWindows out;
  for (const auto i : chosen) {
    out.windows.push_back(from.windows[static_cast<std::size_t>(i)]);
    out.labels.push_back(from.labels[static_cast<std::size_t>(i)]);
  }
  return out;
}

/// Scales 0, step, 2 step, ... of the bundled table.
inline profiling::ScaleTable every_scale(index_t step) {
  const auto all = profiling::aaontology();
  std::vector<std::string> ids;
  for (index_t d = 0; d < all.size(); d += step) ids.push_back(all.info(d).id);
  return all.select(ids);
}

/// The 20 scales of the package's own anchor (tests/reference/profiling/README.md).
inline profiling::ScaleTable anchor_scales() {
  return profiling::aaontology().select({"BULH740102", "BUNA790103", "CHAM820102", "CHAM830102", "CHAM830104",
                                         "CHAM830105", "CHAM830107", "CHAM830108", "CHOP780206", "CHOP780207",
                                         "CHOP780212", "CHOP780214", "CHOP780215", "DAYM780201", "FASG760102",
                                         "FASG760105", "FAUJ880111", "GEIM800102", "GEIM800103", "GEIM800109"});
}

/// Sequences of examples/data, cut by their positions.
inline LabelledWindows example_windows(const std::string& name, const io::WindowOptions& options = {}) {
  auto read = io::read_sequences(std::string(ISONOMY_EXAMPLE_DATA) + "/proteins/" + name, options);
  return {std::move(read.windows), std::move(read.labels)};
}

/// The 126 sequences of DOM_GSEC, substrates first.
inline LabelledWindows dom_gsec(profiling::Flanks flanks = {}) {
  io::WindowOptions options;
  options.flanks = flanks;
  return example_windows("DOM_GSEC.tsv", options);
}

/// 40 rows of each class of DOM_GSEC, which upstream's own anchor uses.
inline LabelledWindows dom_gsec40() {
  std::vector<int> rows;
  for (int i = 0; i < 40; ++i) rows.push_back(i);
  for (int i = 63; i < 103; ++i) rows.push_back(i);
  return pick(dom_gsec(), rows);
}

/// The 176,285 windows of 41 residues around each residue of AA_SA.
inline LabelledWindows aa_sa() { return example_windows("AA_SA.tsv"); }

/// splitmix64 (Steele, Lea, Flood 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// 0 to n-1, for small n.
  std::uint64_t below(std::uint64_t n) { return (*this)() % n; }
  /// low to high, both included.
  int between(int low, int high) { return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low + 1))); }
  double unit() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
  char letter(std::string_view letters) { return letters[static_cast<std::size_t>(below(letters.size()))]; }
  std::string text(int n, std::string_view letters) {
    std::string out;
    for (int i = 0; i < n; ++i) out += letter(letters);
    return out;
  }

 private:
  std::uint64_t state_;
};

/// SYN(n): the portable synthetic sequences that golden tables and timings refer to.
inline LabelledWindows synthetic(int n) {
  const std::string letters = "ACDEFGHIKLMNPQRSTVWY";
  const std::string tmd_letters[2] = {letters + "LLLLVVIIAAAGGGSST", letters + "LLLLVVVIIIAAAGGFF"};
  SplitMix64 random(20240601);
  LabelledWindows out;
  for (int i = 0; i < n; ++i) {
    const int label = i < n / 2 ? 1 : 0, length = 18 + static_cast<int>(random.below(8));
    const std::string jmd_n = random.text(10, letters), tmd = random.text(length, tmd_letters[label]),
                      jmd_c = random.text(10, letters);
    char entry[16];
    std::snprintf(entry, sizeof(entry), "S%06d", i);
    out.windows.push_back(profiling::window_from_parts(entry, jmd_n, tmd, jmd_c));
    out.labels.push_back(label);
  }
  return out;
}

/// "entry\tlabel\tjmd_n\ttmd\tjmd_c\n" for every row.
inline std::string as_lines(const LabelledWindows& rows) {
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& w = rows.windows[i];
    const auto part = [&](profiling::Part p) { return std::string(profiling::part_residues(w, p)); };
    out += w.entry + '\t' + std::to_string(rows.labels[i]) + '\t' + part(profiling::Part::jmd_n) + '\t' +
           part(profiling::Part::tmd) + '\t' + part(profiling::Part::jmd_c) + '\n';
  }
  return out;
}

inline std::string golden_path(const std::string& name) {
  return std::string(ISONOMY_TEST_DATA) + "/profiling/" + name;
}
inline io::Table golden(const std::string& name) { return io::read_table(golden_path(name)); }

/// Rows of a golden table with the columns entry, label, jmd_n, tmd, jmd_c; of one `set` where one is named.
inline LabelledWindows golden_windows(const std::string& name, std::string_view set = {}) {
  const auto table = golden(name);
  LabelledWindows out;
  for (index_t row = 0; row < table.size(); ++row) {
    if (!set.empty() && table.cell(row, "set") != set) continue;
    out.windows.push_back(profiling::window_from_parts(table.cell(row, "entry"), table.cell(row, "jmd_n"),
                                                       table.cell(row, "tmd"), table.cell(row, "jmd_c")));
    out.labels.push_back(static_cast<int>(io::parse_integer(table, row, table.column("label"))));
  }
  return out;
}

/// A decimal or hexadecimal number to its nearest double; NaN for "nan".
inline double number_of(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

/// The features of a golden table; `p_column` names the p-value. Rows where `keep(row)` is false are left out.
template <class Keep>
std::vector<profiling::FeatureRow> feature_rows(const io::Table& table, std::string_view p_column, const Keep& keep) {
  std::vector<profiling::FeatureRow> out;
  const auto text = [&](index_t row, std::string_view column) {
    return table.find(column) ? std::string(table.cell(row, column)) : std::string();
  };
  for (index_t row = 0; row < table.size(); ++row) {
    if (!keep(row)) continue;
    const auto number = [&](std::string_view column) { return number_of(table.cell(row, column)); };
    out.push_back({text(row, "feature"),
                   text(row, "category"),
                   text(row, "subcategory"),
                   text(row, "scale_name"),
                   text(row, "scale_description"),
                   number("abs_auc"),
                   number("abs_mean_dif"),
                   number("mean_dif"),
                   number("std_test"),
                   number("std_ref"),
                   number(p_column),
                   number("p_val_fdr_bh"),
                   text(row, "positions"),
                   {}});
  }
  return out;
}
inline std::vector<profiling::FeatureRow> golden_features(const std::string& name,
                                                          std::string_view p_column = "p_val_mann_whitney") {
  return feature_rows(golden(name), p_column, [](index_t) { return true; });
}

}  // namespace isonomy::test
