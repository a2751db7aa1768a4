// Profiling on the host, and its sequences.
#pragma once

#include <string>

#include "host.hpp"
#include "isonomy/estimators/profiling/result.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

namespace isonomy::gates {

/// SYN(n) of ../../synthetic.hpp and the residues in it.
struct Sequences {
  profiling::SequenceSet set;
  double residues = 0;
};
/// `other`: the second row of the test group is its first again.
[[nodiscard]] Sequences synthetic_sequences(index_t n, bool other);
/// Every so many-th of them.
[[nodiscard]] profiling::ScaleTable published_scales(index_t step);

profiling::ProfileResult profile(Host& host, const profiling::SequenceSet& set, const profiling::ScaleTable& scales);
/// Where two results differ in any bit of what they say about the data.
[[nodiscard]] std::string difference_of(const profiling::ProfileResult& device, const profiling::ProfileResult& host);

}  // namespace isonomy::gates
