// How the proteins of a table are cut into windows, and what comes out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/features/parts.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"
#include "isonomy/io/sequences/group_labels.hpp"

namespace isonomy::io {

/// Which columns say where the TMD is. Tested in this order; the first that a table has is used.
enum class SequenceLayout {
  /// sequence, tmd_start, tmd_stop (1-based, inclusive)
  positions,
  /// jmd_n, tmd, jmd_c
  parts,
  /// sequence, tmd
  sequence_tmd,
  /// sequence, pos: one or more anchors (1-based, comma-separated) a row
  anchors,
  /// sequence, label with one label a residue, as 1,0,0 or [1, 0, 0]: a window around every residue
  residues,
  /// sequence
  sequence
};

/// How proteins are cut. AAanalysis: get_df_parts.
struct WindowOptions {
  profiling::Flanks flanks{};
  index_t ext_len = 0;
  /// Length of the TMD around an anchor (required) or a residue (21 without it). An even one lies around a bond: the
  /// residues i-1 and i in the middle, a window called entry_<i>|<i+1> that belongs to the test group if both residues
  /// do, to none if one of them is ignored, and to the reference otherwise.
  std::optional<index_t> tmd_len{};
  /// Makes a to z upper case.
  bool upper_case = false;
  /// Drops windows with a letter outside the 20 amino acids in one of `parts`, a gap apart, and lists them.
  bool drop_non_canonical = false;
  /// Drops windows with a gap in one of `parts`, before letters are replaced.
  bool remove_entries_with_gaps = false;
  /// Makes every letter outside the 20 amino acids a gap.
  bool replace_non_canonical_aa = false;
  std::vector<profiling::Part> parts = profiling::default_parts();
  /// The column of the labels; a table may lack it. Empty: none is read.
  std::string label_column = "label";
  /// The labels that there are: windows then have the label 1 (test) or 0 (reference), others are refused. Without it
  /// labels are whole numbers, except for even windows around residues, which need 1 and 0.
  std::optional<GroupLabels> groups{};
};

/// The windows of a table in its order.
struct SequenceWindows {
  std::vector<profiling::Window> windows;
  /// The label of each window; empty if the table has no column label.
  std::vector<int> labels;
  /// The row of the table, from 0, that each window comes from.
  std::vector<index_t> rows;
  /// Windows dropped because of gaps, letters replaced by gaps, rows or windows left out because of an ignored label.
  index_t removed = 0, replaced = 0, ignored = 0;
  /// Windows dropped because of foreign letters: "T2 (line 5: 'X' at residue 26)".
  std::vector<std::string> dropped;
  std::vector<std::string> warnings;
};

}  // namespace isonomy::io
