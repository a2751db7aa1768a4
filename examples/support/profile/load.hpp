// Reads sequences from a table or from FASTA files and appends them, row by row, to the set that a run takes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../program/input.hpp"
#include "../program/interrupt.hpp"
#include "../program/progress.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/io/sequences/fasta.hpp"
#include "isonomy/io/sequences/group_labels.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "isonomy/io/sequences/window_options.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace examples {

using isonomy::index_t;
using isonomy::text::joined;

/// Where sequences and labels come from: one labelled table, or one file a group.
struct InputOptions {
  std::string path, test_path, reference_path;
  std::string label_column = "label";
  /// Labels as the file writes them, and as the set has them.
  isonomy::io::GroupLabels labels;
  int label_test = 1, label_ref = 0;
  /// TMD lengths around anchors (column pos) and around residues (per-residue labels).
  std::optional<index_t> anchor_tmd_len;
  index_t residue_tmd_len = 21;
  isonomy::io::WindowOptions windows;
  bool accept_gaps = false;

  std::vector<std::string> files() const {
    return path.empty() ? std::vector{test_path, reference_path} : std::vector{path};
  }
};

struct LoadedSequences {
  isonomy::profiling::SequenceSet set;
  /// What the input is called in figures: "DOM_GSEC", or "kinases against phosphatases".
  std::string title{};
  std::vector<std::string> warnings{};
  /// Windows dropped because of foreign letters, with their places.
  std::vector<std::string> dropped{};
  /// Of all windows, and the first that has the shortest: "entry 'P05067' in line 12 of proteins.tsv".
  index_t shortest_tmd = std::numeric_limits<index_t>::max(), longest_tmd = 0;
  std::string shortest_entry{};
};

/// Warns about sequences of nothing but the letters of nucleic acids, all of which stand for amino acids too.
class NucleotideWatch {
 public:
  void add(const std::string& residues) {
    if (!other_) other_ = residues.find_first_not_of(nucleotides) != std::string::npos;
  }
  void warn(const isonomy::profiling::Alphabet& alphabet, std::vector<std::string>& warnings) const {
    const bool proteins = alphabet.code('L') >= 0 && alphabet.code('K') >= 0;
    if (proteins && !other_)
      warnings.emplace_back("all sequences consist of the letters A, C, G, T, U and N alone, as nucleic acids do; the "
                            "scales read them as "
                            "amino acids; translate nucleotides first");
  }

 private:
  static constexpr std::string_view nucleotides = "ACGTUN-";
  bool other_ = false;
};

/// Cuts rows into windows and appends them; one for each file, over a set that they share.
class Loader {
 public:
  Loader(const InputOptions& options, const isonomy::profiling::Alphabet& alphabet, ProgressLine& progress)
      : options_(options),
        progress_(progress), loaded_{isonomy::profiling::SequenceSet(
                                 options.windows.parts, {options.windows.ext_len, options.accept_gaps}, alphabet)} {}

  /// Adds a file, with one label for all of it or those of its label column.
  void add(const std::string& path, std::optional<int> label) {
    using namespace isonomy::io;
    path_ = path;
    label_ = label;
    const index_t test_before = counts_[1], reference_before = counts_[0];
    Source source = open_input(path);
    if (is_fasta(source)) {
      if (!label)
        throw isonomy::IoError(path, 0,
                               "a FASTA file has no labels; expected one file a group; use --test FILE --ref FILE");
      WindowCutter cutter = make_cutter({"entry", "sequence"});
      for_each_fasta(std::move(source), [&](const FastaEntry& entry) {
        const std::string name = names_.next(entry);
        add_row(cutter, std::array{std::string_view(name), std::string_view(entry.sequence)}, entry.line);
      });
      finish(cutter);
    } else {
      TsvReader reader(std::move(source), {.separators = tab_or_comma});
      require_columns(reader.columns());
      require_label_column(reader.columns());
      if (label && find_column(reader.columns(), options_.label_column))
        loaded_.warnings.push_back(joined(path, ": column '", options_.label_column,
                                          "' is not read: all rows are of the ",
                                          *label == options_.label_test ? "test" : "reference", " group"));
      WindowCutter cutter = make_cutter(reader.columns());
      while (const auto row = reader.next()) add_row(cutter, row->cells, row->line);
      finish(cutter);
    }
    if (!label && (counts_[1] == test_before || counts_[0] == reference_before))
      throw isonomy::IoError(
          path, 0,
          joined("column '", options_.label_column, "' has ", counts_[1], " rows of ", options_.labels.test,
                 " (--label-test) and ", counts_[0], " of ", options_.labels.reference,
                 " (--label-ref); expected rows in both groups; correct the labels or these options"));
  }

  LoadedSequences take() {
    nucleotides_.warn(loaded_.set.alphabet(), loaded_.warnings);
    return std::move(loaded_);
  }

 private:
  isonomy::io::WindowCutter make_cutter(const std::vector<std::string>& columns) {
    using namespace isonomy::io;
    WindowOptions options = options_.windows;
    options.label_column = label_ ? std::string() : options_.label_column;
    options.groups = options_.labels;
    options.tmd_len = 1;
    const bool anchors = WindowCutter(path_, columns, options).layout() == SequenceLayout::anchors;
    if (anchors && !options_.anchor_tmd_len)
      throw isonomy::IoError(
          path_, 1,
          "column 'pos' gives anchors, but not how long the TMD around them is; expected a length; set "
          "--tmd-len-seq");
    options.tmd_len = anchors ? options_.anchor_tmd_len : std::optional(options_.residue_tmd_len);
    return WindowCutter(path_, columns, options);
  }

  /// A table saved with semicolons, or a file of another format, is one column, which all that follows would misname.
  void require_columns(const std::vector<std::string>& columns) const {
    if (columns.size() == 1)
      throw isonomy::IoError(path_, 1,
                             joined("the header is one column, ", isonomy::text::quoted(columns[0]),
                                    "; expected columns separated by tabs or commas",
                                    label_ ? ", or FASTA, whose first letter is '>'" : "",
                                    "; save the table as tab-separated text"));
  }

  void require_label_column(const std::vector<std::string>& columns) const {
    if (label_ || isonomy::io::find_column(columns, options_.label_column)) return;
    throw isonomy::IoError(path_, 1,
                           joined("there is no column '", options_.label_column,
                                  "' with the group of each row; the table has ",
                                  isonomy::text::listed(columns, columns.size()),
                                  "; name it with --label-column, or give a file a group with --test and --ref"));
  }

  template <class Cells>
  void add_row(isonomy::io::WindowCutter& cutter, const Cells& cells, std::int64_t line) {
    Interrupt::check("reading");
    progress_.show({"reading rows", line, 0});
    const std::size_t before = kept_.windows.size();
    cutter.cut(cells, line, kept_);
    for (std::size_t k = before; k < kept_.windows.size(); ++k) {
      const auto& window = kept_.windows[k];
      const bool test = label_ ? *label_ == options_.label_test : kept_.labels[k] == 1;
      if (label_) require_new(window.entry, line);
      append(window, test ? options_.label_test : options_.label_ref, line);
      nucleotides_.add(window.residues);
      if (window.tmd_len < loaded_.shortest_tmd) {
        loaded_.shortest_tmd = window.tmd_len;
        loaded_.shortest_entry = joined("entry '", window.entry, "' in line ", line, " of ", path_);
      }
      loaded_.longest_tmd = std::max(loaded_.longest_tmd, window.tmd_len);
      ++counts_[test ? 1 : 0];
    }
    // One window stays, so that the cutter knows that there was one; all others have been copied into the set.
    kept_.windows.resize(std::min<std::size_t>(kept_.windows.size(), 1));
    kept_.rows.resize(kept_.windows.size());
    if (!kept_.labels.empty()) kept_.labels.resize(kept_.windows.size());
  }

  void append(const isonomy::profiling::Window& window, int label, std::int64_t line) {
    try {
      loaded_.set.append(window, label);
    } catch (const isonomy::ValueError& error) {
      throw isonomy::IoError(path_, line, joined(error.what(), remedies(window)));
    }
  }

  /// What helps against letters that are refused, beyond accepting them as gaps.
  std::string remedies(const isonomy::profiling::Window& window) const {
    const isonomy::io::WindowOptions& chosen = options_.windows;
    const auto holds = [&window](auto&& kind) {
      return std::any_of(window.residues.begin(), window.residues.end(), kind);
    };
    std::string out;
    if (holds([](char c) { return c >= 'a' && c <= 'z'; })) out += "; --upper-case reads a to z as A to Z";
    if (isonomy::profiling::foreign_letter(window, chosen.parts, chosen.ext_len))
      out += "; --drop-non-canonical drops rows with letters that are no amino acid";
    if (!holds([](char c) { return c == isonomy::profiling::gap_letter; })) return out;
    if (chosen.replace_non_canonical_aa)
      out += "; a '-' may be a letter that --replace-non-canonical-aa replaced: --drop-non-canonical drops such rows";
    if (!chosen.remove_entries_with_gaps)
      out += "; a '-' may come from a sequence shorter than its flanks: --jmd-n-len and --jmd-c-len shorten them, "
             "--remove-entries-with-gaps drops such rows";
    return out;
  }

  /// Within one file the cutter looks for repeated entries; between the two files of the groups this does.
  void require_new(const std::string& entry, std::int64_t line) {
    const auto [at, added] = entries_.emplace(entry, std::pair(path_, line));
    if (!added)
      throw isonomy::IoError(path_, line,
                             joined("entry '", entry, "' already stands in ", at->second.first, ", line ",
                                    at->second.second, "; expected distinct entries; rename or drop one"));
  }

  void finish(isonomy::io::WindowCutter& cutter) {
    cutter.finish(kept_);
    for (auto& warning : kept_.warnings) loaded_.warnings.push_back(joined(path_, ": ", warning));
    for (auto& entry : kept_.dropped) loaded_.dropped.push_back(joined(path_, ": ", entry));
    kept_ = {};
    const auto stem = std::filesystem::path(path_).stem().string();
    loaded_.title += (loaded_.title.empty() ? "" : " against ") + stem;
  }

  const InputOptions& options_;
  ProgressLine& progress_;
  LoadedSequences loaded_;
  std::string path_;
  std::optional<int> label_;
  isonomy::io::SequenceWindows kept_;
  isonomy::io::FastaNames names_;
  NucleotideWatch nucleotides_;
  std::array<index_t, 2> counts_{};  // rows of the reference and of the test group
  std::unordered_map<std::string, std::pair<std::string, std::int64_t>> entries_;
};

/// The sequences of all files. IoError naming file and line of what cannot be used; ValueError for impossible options.
inline LoadedSequences load_sequences(const InputOptions& options, const isonomy::profiling::Alphabet& alphabet,
                                      ProgressLine& progress) {
  Loader loader(options, alphabet, progress);
  if (!options.path.empty()) {
    loader.add(options.path, std::nullopt);
  } else {
    loader.add(options.test_path, options.label_test);
    loader.add(options.reference_path, options.label_ref);
  }
  progress.clear();
  return loader.take();
}

}  // namespace examples
