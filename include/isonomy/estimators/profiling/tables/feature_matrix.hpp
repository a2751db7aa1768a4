// The matrix of feature values: a row per sequence, a column per chosen feature.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/feature_list.hpp"
#include "isonomy/estimators/profiling/search/labels.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/statistics/feature_values.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::profiling {

/// The values of chosen features: X, rows x features in the backend's memory.
///
/// X(i, j) belongs to row i of the set and to `features[j]` (repeats allowed), rounded to five decimals. `Arithmetic`
/// is `exact` (integers, halves to even) or `aaanalysis_1_1` (the reference's bits); both use the integer rule for
/// segments. Labels are not looked at.
///
///     const std::vector<Feature> chosen{parse_feature("TMD-Segment(1,2)-QIAN880106")};
///     const Matrix<double, Cpu> x = feature_matrix(cpu, proteins, aaontology(), chosen);
///
/// Errors: ValueError naming the feature, and where it matters the row from 1, for a part that the set lacks, an
/// unknown scale, an invalid split, one longer than its part, or a row whose residues of the split are all gaps;
/// OutOfMemory.
///
/// Cost: time O(rows * residues of the splits); memory 8 bytes a value and the packed sequences. Determinism: same bits
/// for any threads and backend.
template <class Arithmetic = exact, ContextLike Ctx>
[[nodiscard]] Matrix<double, typename Ctx::tag>
feature_matrix(Ctx& ctx, const SequenceSet& set, const ScaleTable& scales, std::span<const Feature> features) {
  using Tag = typename Ctx::tag;
  static constexpr const char* operation = "feature_matrix";
  require_alphabet(set, scales, operation);
  const FeatureList list(set, scales, features, operation);
  const PackedSequences<Tag> packed(ctx, set, std::vector<std::uint8_t>(set.labels().size(), 0));
  const SplitPlaces<Tag> places(ctx, set, packed, list.splits, Passes<Arithmetic>::second_rule);
  list.require_residues(set, packed, places, features, operation);
  const PackedScales<Tag> tables(ctx, scales);
  const FeatureRequests<Tag> requests(ctx, packed, places, tables, packed.device_places(), list.candidates);
  const auto columns = static_cast<index_t>(features.size());
  Matrix<double, Tag> x(ctx, set.size(), columns, "feature_matrix: X");
  for_each(ctx, set.size() * columns, FeatureValues<Arithmetic, typename Ctx::space>{requests.problem, x.data()});
  return x;
}

/// Features come parsed; this form says so.
template <class Arithmetic = exact, ContextLike Ctx, std::convertible_to<std::span<const std::string>> Ids>
void feature_matrix(Ctx&, const SequenceSet&, const ScaleTable&, const Ids&) {
  static_assert(!std::convertible_to<Ids, std::span<const std::string>>,
                "feature_matrix takes Features, not their ids: pass parse_features(ids)");
}

}  // namespace isonomy::profiling
