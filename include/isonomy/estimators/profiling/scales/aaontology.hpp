// The bundled AAontology: 586 normalised amino-acid scales in 74 subcategories, with their grades of interpretability.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isonomy/estimators/profiling/scales/aaontology_categories.hpp"
#include "isonomy/estimators/profiling/scales/aaontology_descriptions.hpp"
#include "isonomy/estimators/profiling/scales/aaontology_subcategories.hpp"
#include "isonomy/estimators/profiling/scales/aaontology_values.hpp"
#include "isonomy/estimators/profiling/scales/aaontology_values_2.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"

namespace isonomy::profiling {

/// Which of the bundled scales to take. AAanalysis: load_scales.
struct AaontologySelection {
  /// Without the 33 scales of two later papers (ids with LINS or KOEH): 553 remain.
  bool just_aaindex = false;
  /// Without the category Others and the subcategories called Unclassified: 532 remain, 499 with just_aaindex.
  bool unclassified_out = false;
};

/// A group of scales that measure alike.
struct SubcategoryInfo {
  std::string category, name;
  /// The cluster that the group was made from, 0 where there is none.
  int cluster = 0;
  /// 1 (read at a glance) to 10 (unclassified).
  int interpret_grade = 10;
  /// The smallest explainable set that holds the group, 0 where there is none.
  int top_explain = 0;
  std::string description, references;
};

namespace detail {

/// Cuts the next field off `text`, whose fields each end in a tab.
constexpr std::string_view next_field(std::string_view& text) {
  const auto at = text.find('\t');
  const auto field = text.substr(0, at);
  text.remove_prefix(at + 1);
  return field;
}

constexpr bool is_selected(const aaontology_data::Scale& scale, const AaontologySelection& selection) {
  constexpr auto none = std::string_view::npos;
  if (selection.just_aaindex && (scale.id.find("LINS") != none || scale.id.find("KOEH") != none)) return false;
  const auto& group = aaontology_data::subcategories[static_cast<std::size_t>(scale.subcategory)];
  const bool unclassified = aaontology_data::categories[static_cast<std::size_t>(group.category)] == "Others" ||
                            group.name.find("Unclassified") != none;
  return !(selection.unclassified_out && unclassified);
}

}  // namespace detail

/// The selected scales, min-max normalised to multiples of 1/1000, letters ACDEFGHIKLMNPQRSTVWY, in the order of the
/// published table. Values are fl(m / 1000), the doubles that reading the published decimals gives.
/// Source: AAontology as distributed with AAanalysis 1.1.0 (examples/data/aaontology).
inline ScaleTable aaontology(const AaontologySelection& selection = {}) {
  namespace data = aaontology_data;
  constexpr std::size_t letters = data::letters.size();
  constexpr std::size_t half = data::thousandths_1.size() / letters;
  static_assert(data::thousandths_1.size() + data::thousandths_2.size() == data::scales.size() * letters);
  std::vector<ScaleInfo> infos;
  std::vector<double> values;
  std::string_view text = data::descriptions;
  for (std::size_t d = 0; d < data::scales.size(); ++d) {
    const auto& scale = data::scales[d];
    const auto description = detail::next_field(text);
    if (!detail::is_selected(scale, selection)) continue;
    const auto& group = data::subcategories[static_cast<std::size_t>(scale.subcategory)];
    ScaleInfo& info = infos.emplace_back();
    info.id = scale.id;
    info.category = data::categories[static_cast<std::size_t>(group.category)];
    info.subcategory = group.name;
    info.name = scale.name;
    info.description = description;
    for (std::size_t a = 0; a < letters; ++a)
      values.push_back(
          (d < half ? data::thousandths_1[d * letters + a] : data::thousandths_2[(d - half) * letters + a]) / 1000.0);
  }
  return ScaleTable(Alphabet(data::letters), std::move(infos), std::move(values));
}

/// The 74 subcategories in the order of the published table.
inline std::vector<SubcategoryInfo> aaontology_subcategories() {
  namespace data = aaontology_data;
  std::vector<SubcategoryInfo> out;
  std::string_view text = data::subcategory_texts;
  for (const auto& group : data::subcategories) {
    SubcategoryInfo& info = out.emplace_back();
    info.category = data::categories[static_cast<std::size_t>(group.category)];
    info.name = group.name;
    info.cluster = group.cluster;
    info.interpret_grade = group.interpret_grade;
    info.top_explain = group.top_explain;
    info.description = detail::next_field(text);
    info.references = detail::next_field(text);
  }
  return out;
}

}  // namespace isonomy::profiling
