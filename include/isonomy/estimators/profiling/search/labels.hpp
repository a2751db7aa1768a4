// Which rows are the test group, and whether sequences and scales speak of the same letters.
#pragma once

#include <cstdint>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

namespace isonomy::profiling {

/// Nothing. ValueError unless sequences and scales have one alphabet.
inline void require_alphabet(const SequenceSet& set, const ScaleTable& scales, const char* operation) {
  if (set.alphabet() == scales.alphabet()) return;
  throw ValueError(text::joined(operation, ": sequences are encoded in ", set.alphabet().letters(), " and scales in ",
                                scales.alphabet().letters(),
                                "; expected one alphabet; encode the sequences in that of the scales"));
}

/// The labels of the two groups of a run.
struct GroupLabels {
  int test = 1, reference = 0;
};

/// A byte per row: 1 for the test group, 0 for the reference. ValueError unless both labels occur and no other does.
[[nodiscard]] inline std::vector<std::uint8_t> test_rows(const std::vector<int>& labels, GroupLabels wanted,
                                                         const char* operation) {
  std::vector<std::uint8_t> is_test;
  is_test.reserve(labels.size());
  std::size_t tests = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != wanted.test && labels[i] != wanted.reference)
      throw ValueError(text::joined(operation, ": row ", i + 1, " has the label ", labels[i], "; expected ",
                                    wanted.test, " (label_test) or ", wanted.reference,
                                    " (label_ref); drop the row or name other labels"));
    is_test.push_back(labels[i] == wanted.test ? 1 : 0);
    tests += is_test.back();
  }
  if (tests == 0 || tests == labels.size())
    throw ValueError(text::joined(operation, ": ", tests, " of ", labels.size(), " rows are labelled ", wanted.test,
                                  " (label_test); expected both groups to have rows; check label_test and label_ref"));
  return is_test;
}

}  // namespace isonomy::profiling
