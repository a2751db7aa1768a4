// Everything a search reads, laid out once: sequences, scales, the residues of every split, and both passes over them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/estimators/profiling/features/split.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/estimators/profiling/search/arithmetic.hpp"
#include "isonomy/estimators/profiling/search/evaluator.hpp"
#include "isonomy/estimators/profiling/search/feature_requests.hpp"
#include "isonomy/estimators/profiling/search/packed.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"

namespace isonomy::profiling {

/// The data of one run in a backend's memory, the sequences packed before or by the run itself. The first pass chooses
/// candidates, the second gives the values that are ranked, tested and reported.
template <class Arithmetic, class Tag>
struct PreparedSearch {
  using Plan = Passes<Arithmetic>;

  std::optional<PackedSequences<Tag>> own_sequences;  ///< only where they did not come packed
  const PackedSequences<Tag>& sequences;
  PackedScales<Tag> scales;
  SplitPlaces<Tag> first_places;
  std::optional<SplitPlaces<Tag>> own_second_places;  ///< only where the passes cut segments differently
  const SplitPlaces<Tag>& second_places;
  FeatureClasses first_classes, second_classes;
  Evaluator<Arithmetic, true, Tag> first_pass;
  Evaluator<Arithmetic, false, Tag> second_pass;

  /// `is_test` has a byte per row of `set`, which `packed` holds too unless it is null. Everything passed must outlive
  /// it.
  PreparedSearch(Context<Tag>& ctx, const SequenceSet& set, const ScaleTable& table, const std::vector<Split>& splits,
                 std::span<const std::uint8_t> is_test, const PackedSequences<Tag>* packed)
      : own_sequences(packed != nullptr ? std::nullopt
                                        : std::optional<PackedSequences<Tag>>(std::in_place, ctx, set, is_test)),
        sequences(packed != nullptr ? *packed : *own_sequences), scales(ctx, table),
        first_places(ctx, set, sequences, splits, Plan::first_rule),
        own_second_places(
            one_rule ? std::nullopt
                     : std::optional<SplitPlaces<Tag>>(std::in_place, ctx, set, sequences, splits, Plan::second_rule)),
        second_places(own_second_places ? *own_second_places : first_places),
        first_classes{residue_set_numbers(sequences, first_places, sums_round() ? 0 : never), scales.distinct()},
        second_classes(
            one_rule && !Arithmetic::ties_need_order
                ? first_classes
                : FeatureClasses{residue_set_numbers(sequences, second_places, sums_round() ? 0 : decimal_ties_from),
                                 first_classes.distinct_scales}),
        first_pass(ctx, set, sequences, first_places, scales, first_classes),
        second_pass(ctx, set, sequences, second_places, scales, second_classes) {}
  PreparedSearch(const PreparedSearch&) = delete;
  PreparedSearch& operator=(const PreparedSearch&) = delete;

 private:
  static constexpr bool one_rule = Plan::first_rule == Plan::second_rule;
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t decimal_ties_from = 8;  // fewer residues cannot add up to a tie

  /// Whether the order of residues shows in the reference's sums: for scales of many digits it does.
  [[nodiscard]] bool sums_round() const { return Arithmetic::ties_need_order && !scales.sums_without_rounding(); }
};

}  // namespace isonomy::profiling
