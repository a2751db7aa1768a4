// Features chosen by their ids, checked against sequences and scales and numbered for the functors that walk rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/features/feature.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

namespace isonomy::profiling {

/// Features of ids, in their order. ValueError naming the first id that is none.
[[nodiscard]] inline std::vector<Feature> parse_features(std::span<const std::string> ids) {
  std::vector<Feature> out;
  for (const std::string& id : ids) out.push_back(parse_feature(id));
  return out;
}

/// The place of the feature's part among `parts`. ValueError unless it is there.
[[nodiscard]] inline std::size_t part_of_feature(const Feature& f, const std::vector<Part>& parts,
                                                 const char* operation) {
  const auto at = std::find(parts.begin(), parts.end(), f.part);
  if (at != parts.end()) return static_cast<std::size_t>(at - parts.begin());
  std::vector<std::string_view> names;
  for (const Part part : parts) names.push_back(part_name(part));
  throw ValueError(text::joined(operation, ": feature ", feature_id(f), " is of part ", part_name(f.part),
                                "; the sequences have ", text::listed(names, names.size()),
                                "; add the part to the set or drop the feature"));
}

/// The number of the feature's scale. ValueError unless the table has it.
[[nodiscard]] inline std::uint32_t scale_of_feature(const Feature& f, const ScaleTable& scales, const char* operation) {
  const auto d = scales.find(f.scale);
  if (!d)
    throw ValueError(text::joined(operation, ": feature ", feature_id(f), " is of scale ", text::quoted(f.scale),
                                  ", which is not among the ", scales.size(),
                                  " scales; correct the id or add the scale"));
  return static_cast<std::uint32_t>(*d);
}

/// Nothing. ValueError naming feature and row (from 1 in the message) if the split needs more than `length` residues.
inline void require_length(const Feature& f, index_t length, index_t row, const char* operation) {
  if (required_length(f.split) <= length) return;
  throw ValueError(text::joined(operation, ": feature ", feature_id(f), " needs ", required_length(f.split),
                                " residues of ", part_name(f.part), " and row ", row + 1, " has ", length,
                                "; drop the feature or the row"));
}

/// Chosen features as (split, scale) candidates over the distinct (part, split) pairs they use.
struct FeatureList {
  std::vector<PartSplit> splits;
  std::vector<Candidate> candidates;  ///< one a feature, in the order given

  /// ValueError naming the feature if there is none, its split is invalid or too long for a row, its part is not in the
  /// set, or its scale is unknown.
  FeatureList(const SequenceSet& set, const ScaleTable& scales, std::span<const Feature> features,
              const char* operation) {
    if (features.empty()) throw ValueError(text::joined(operation, ": no features; expected at least one; name some"));
    for (const Feature& f : features) {
      validate(f.split);
      const std::size_t part = part_of_feature(f, set.parts(), operation);
      const std::uint32_t scale = scale_of_feature(f, scales, operation);
      const PartSplit key{part, f.split};
      const auto at = std::find(splits.begin(), splits.end(), key);
      candidates.push_back({static_cast<std::uint32_t>(at - splits.begin()), scale});
      if (at != splits.end()) continue;
      splits.push_back(key);
      for (const SequenceGroup& group : set.groups())
        require_length(f, set.layouts()[group.layout].parts[part].length, group.rows.front(), operation);
    }
  }

  /// Nothing. ValueError naming feature and row (from 1) where all residues of a split are gaps.
  template <class Tag>
  void require_residues(const SequenceSet& set, const PackedSequences<Tag>& packed, const SplitPlaces<Tag>& places,
                        std::span<const Feature> features, const char* operation) const {
    for (std::size_t g = 0; g < packed.groups(); ++g)
      for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (places.residues(g, candidates[i].split) > 0) continue;
        index_t row = std::numeric_limits<index_t>::max();
        for (std::size_t r = 0; r < packed.places().size(); ++r)
          if (packed.places()[r].group == g) row = std::min(row, static_cast<index_t>(r));
        throw ValueError(text::joined(operation, ": feature ", feature_id(features[i]), " has no value in row ",
                                      row + 1, " of ", set.size(),
                                      ": all its residues are gaps; remove the row or use a larger split"));
      }
  }
};

}  // namespace isonomy::profiling
