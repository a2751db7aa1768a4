// The stages of a profiling run one by one, so that tests can look between them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"

namespace isonomy::test {

/// What fit() lays out before it decides anything, made by the same functions.
template <class Arithmetic, class Tag = Cpu>
class Stages {
  using Plan = profiling::Passes<Arithmetic>;

 public:
  Stages(Context<Tag>& ctx, const profiling::SequenceSet& set, const profiling::ScaleTable& scales,
         const profiling::ProfileOptions& options = {})
      : ctx_(ctx), set_(set), scales_(scales), options_(options),
        splits(profiling::enumerate(profiling::clamp(options.split_kws, set.shortest_part()).options)),
        packed(ctx, set, profiling::test_rows(set.labels(), {options.label_test, options.label_ref}, "fit")),
        tables(ctx, scales), first_places(ctx, set, packed, splits, Plan::first_rule),
        second_places(ctx, set, packed, splits, Plan::second_rule),
        first_classes{profiling::residue_set_numbers(packed, first_places, 0), tables.distinct()},
        second_classes{profiling::residue_set_numbers(packed, second_places, 0), tables.distinct()},
        first_pass(ctx, set, packed, first_places, tables, first_classes),
        second_pass(ctx, set, packed, second_places, tables, second_classes) {}

  [[nodiscard]] std::string id(profiling::Candidate f) const {
    return profiling::feature_id(set_.parts()[f.split / splits.size()], splits[f.split % splits.size()],
                                 scales_.info(f.scale).id);
  }
  [[nodiscard]] profiling::Candidate find(const std::string& id) const {
    const auto feature = profiling::parse_feature(id);
    const auto part = std::find(set_.parts().begin(), set_.parts().end(), feature.part) - set_.parts().begin();
    const auto split = std::find(splits.begin(), splits.end(), feature.split) - splits.begin();
    return {static_cast<std::uint32_t>(part) * static_cast<std::uint32_t>(splits.size()) +
                static_cast<std::uint32_t>(split),
            static_cast<std::uint32_t>(scales_.find(feature.scale).value())};
  }

  /// The pre-filtered candidates in the published order: |mean difference| descending, spread, id. Every one is
  /// evaluated row by row.
  std::vector<profiling::Candidate> prefiltered() {
    const auto total = static_cast<std::int64_t>(splits.size() * set_.parts().size()) * scales_.size();
    auto all =
        profiling::candidates<Arithmetic>(ctx_, packed, first_places, tables,
                                          profiling::moments(ctx_, set_, packed, first_places), options_.max_std_test);
    const auto selection = profiling::select(
        ctx_, std::move(all), profiling::pre_filter_size(options_, total, std::min(options_.n_filter, total)),
        options_.max_std_test, first_pass, [&](profiling::Candidate f) { return id(f); });
    within_spread = selection.within_spread;
    struct Row {
      double difference, spread;
      std::string id;
      profiling::Candidate feature;
    };
    std::vector<profiling::Candidate> chosen;
    for (const auto& s : selection.survivors) chosen.push_back(s.feature);
    first_pass.prepare(chosen);
    std::vector<Row> rows;
    for (const auto& f : chosen) {
      const auto s = first_pass(f);
      rows.push_back({std::abs(s.difference), s.std_test, id(f), f});
    }
    std::sort(rows.begin(), rows.end(), [](const Row& x, const Row& y) {
      if (x.difference != y.difference) return x.difference > y.difference;
      return x.spread != y.spread ? x.spread < y.spread : x.id < y.id;
    });
    for (std::size_t i = 0; i < rows.size(); ++i) chosen[i] = rows[i].feature;
    return chosen;
  }

  /// Value of a feature in one row as the second pass has it.
  [[nodiscard]] double value(profiling::Candidate f, index_t row) const {
    const RowPlace p = packed.places()[static_cast<std::size_t>(row)];
    const ResidueBlock block{packed.group(p.group), second_places.slots(p.group, f.split)};
    return static_cast<double>(Arithmetic::key(block, p.column, tables.views(), f.scale)) / 100000.0;
  }

 private:
  Context<Tag>& ctx_;
  const profiling::SequenceSet& set_;
  const profiling::ScaleTable& scales_;
  profiling::ProfileOptions options_;

 public:
  std::vector<profiling::Split> splits;
  profiling::PackedSequences<Tag> packed;
  profiling::PackedScales<Tag> tables;
  profiling::SplitPlaces<Tag> first_places, second_places;
  profiling::FeatureClasses first_classes, second_classes;
  profiling::Evaluator<Arithmetic, true, Tag> first_pass;
  profiling::Evaluator<Arithmetic, false, Tag> second_pass;
  std::int64_t within_spread = 0;
};

}  // namespace isonomy::test
