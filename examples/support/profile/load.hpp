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

#include "../program/interrupt.hpp"
#include "../program/progress.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/io/sequences/fasta.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "isonomy/io/text/text_file.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace examples {

using isonomy::index_t;
using isonomy::text::joined;

/// Where sequences and labels come from: one labelled table, or one file a group.
struct InputOptions {
  std::string path, test_path, reference_path;
  std::string label_column = "label";
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
  std::string title;
  std::vector<std::string> warnings;
  /// Of all windows.
  index_t shortest_tmd = std::numeric_limits<index_t>::max(), longest_tmd = 0;
};

/// Whether a file is FASTA: what begins with '>', or what cannot be looked into (a pipe) and is called so.
inline bool is_fasta(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    const auto extension = std::filesystem::path(path).extension().string();
    return extension == ".fasta" || extension == ".fa" || extension == ".faa" || extension == ".fas";
  }
  isonomy::io::LineReader reader(path);
  for (std::string_view line; reader.next(line);)
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) return line.starts_with('>');
  return false;
}

/// Cuts rows into windows and appends them; one for each file, over a set that they share.
class Loader {
 public:
  Loader(const InputOptions& options, const isonomy::profiling::Alphabet& alphabet, ProgressLine& progress)
      : options_(options),
        progress_(progress), loaded_{isonomy::profiling::SequenceSet(options.windows.parts,
                                                                     {options.windows.ext_len, options.accept_gaps},
                                                                     alphabet),
                                     {},
                                     {},
                                     {}} {}

  /// Adds a file, with one label for all of it or those of its label column.
  void add(const std::string& path, std::optional<int> label) {
    using namespace isonomy::io;
    path_ = path;
    label_ = label;
    const index_t test_before = counts_[1], reference_before = counts_[0];
    if (is_fasta(path)) {
      if (!label)
        throw isonomy::IoError(path, 0,
                               "a FASTA file has no labels; expected one file a group; use --test FILE --ref FILE");
      WindowCutter cutter = make_cutter({"entry", "sequence"});
      for_each_fasta(path, [&](const FastaEntry& entry) {
        add_row(cutter, std::array{std::string_view(entry.id), std::string_view(entry.sequence)}, entry.line);
      });
      finish(cutter);
    } else {
      TsvReader reader(path);
      require_tabs(reader.columns());
      require_label_column(reader.columns());
      WindowCutter cutter = make_cutter(reader.columns());
      while (const auto row = reader.next()) add_row(cutter, row->cells, row->line);
      finish(cutter);
    }
    if (!label && (counts_[1] == test_before || counts_[0] == reference_before))
      throw isonomy::IoError(
          path, 0,
          joined("column '", options_.label_column, "' has ", counts_[1], " rows of ", options_.label_test,
                 " (--label-test) and ", counts_[0], " of ", options_.label_ref,
                 " (--label-ref); expected rows in both groups; correct the labels or these options"));
  }

  LoadedSequences take() { return std::move(loaded_); }

 private:
  isonomy::io::WindowCutter make_cutter(const std::vector<std::string>& columns) {
    using namespace isonomy::io;
    WindowOptions options = options_.windows;
    options.label_column = label_ ? std::string() : options_.label_column;
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

  /// A spreadsheet saved with commas or semicolons is one column, which all that follows would misname.
  void require_tabs(const std::vector<std::string>& columns) const {
    if (columns.size() == 1 && columns[0].find_first_of(",;") != std::string::npos)
      throw isonomy::IoError(path_, 1,
                             joined("the header is one column, '", columns[0],
                                    "'; expected columns separated by tabs; save the table as tab-separated text"));
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
      const int label = label_ ? *label_ : kept_.labels[k];
      require_known(label, line);
      if (label_) require_new(window.entry, line);
      append(window, label, line);
      loaded_.shortest_tmd = std::min(loaded_.shortest_tmd, window.tmd_len);
      loaded_.longest_tmd = std::max(loaded_.longest_tmd, window.tmd_len);
      ++counts_[label == options_.label_test ? 1 : 0];
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
      std::string message = error.what();
      if (window.residues.find(isonomy::profiling::gap_letter) != std::string::npos)
        message +=
            "; a '-' may come from a sequence shorter than its flanks: --jmd-n-len and --jmd-c-len shorten them, "
            "--remove-entries-with-gaps drops such rows";
      throw isonomy::IoError(path_, line, message);
    }
  }

  void require_known(int label, std::int64_t line) const {
    if (label == options_.label_test || label == options_.label_ref) return;
    throw isonomy::IoError(path_, line,
                           joined("column '", options_.label_column, "' is ", label, "; expected ", options_.label_test,
                                  " (--label-test) or ", options_.label_ref,
                                  " (--label-ref); drop the row or name other labels"));
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
