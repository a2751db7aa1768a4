// Reads scales and their categories from two tables.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/scales/alphabet.hpp"
#include "isonomy/estimators/profiling/scales/scale_table.hpp"
#include "isonomy/io/text/numbers.hpp"
#include "isonomy/io/text/tsv.hpp"

namespace isonomy::io {

/// The scales of one table with the categories of another.
/// The first table has a row a letter, the letter in the first column, and a column a scale. The second has the columns
/// scale_id, category, subcategory, scale_name, scale_description; its order is free and it may name further scales.
/// IoError naming file and line for malformed tables, a letter that repeats or is longer than one character, a value
/// that is no finite number, a scale without a row in the categories, an id that repeats or contains '-'.
inline profiling::ScaleTable scales_from_tables(const Table& scales, const Table& categories) {
  const std::string &scales_path = scales.path(), &categories_path = categories.path();
  const index_t columns = static_cast<index_t>(scales.columns().size());
  if (columns < 2 || scales.size() == 0)
    throw IoError(scales_path, 0,
                  text::joined(scales.size(), " letters and ", columns - 1,
                               " scales; expected at least one of each, columns separated by tabs or commas; give a "
                               "row a letter and a column a scale"));
  std::string letters;
  for (index_t row = 0; row < scales.size(); ++row) {
    const auto letter = scales.cell(row, 0);
    if (letter.size() != 1)
      throw IoError(scales_path, scales.line(row),
                    text::joined("the first cell is ", text::quoted(letter),
                                 "; expected one letter; put the letters in the first column"));
    letters += letter;
    try {
      static_cast<void>(profiling::Alphabet(letters));
    } catch (const ValueError& error) {
      throw IoError(scales_path, scales.line(row), error.what());
    }
  }

  const index_t id = categories.column("scale_id"), category = categories.column("category"),
                subcategory = categories.column("subcategory"), name = categories.column("scale_name"),
                description = categories.column("scale_description");
  std::unordered_map<std::string, index_t> places;
  for (index_t row = 0; row < categories.size(); ++row) {
    const auto [at, added] = places.emplace(std::string(categories.cell(row, id)), row);
    if (!added)
      throw IoError(categories_path, categories.line(row),
                    text::joined("scale ", at->first, " already stands in line ", categories.line(at->second),
                                 "; expected one row a scale; drop one"));
  }

  std::vector<profiling::ScaleInfo> infos;
  std::vector<double> values;
  std::vector<std::string> missing;
  for (index_t column = 1; column < columns; ++column) {
    const auto& scale = scales.columns()[static_cast<std::size_t>(column)];
    const auto at = places.find(scale);
    if (at == places.end()) {
      missing.push_back(scale);
      continue;
    }
    const auto text = [&](index_t k) { return std::string(categories.cell(at->second, k)); };
    infos.push_back({scale, text(category), text(subcategory), text(name), text(description)});
    for (index_t row = 0; row < scales.size(); ++row) values.push_back(parse_number(scales, row, column));
  }
  if (!missing.empty())
    throw IoError(categories_path, 0,
                  text::joined(missing.size(), " scales of ", scales_path, " have no row: ", text::listed(missing),
                               "; expected one a scale; add the rows or drop the scales"));
  try {
    return profiling::ScaleTable(profiling::Alphabet(letters), std::move(infos), std::move(values));
  } catch (const ValueError& error) {
    throw IoError(scales_path, 1, error.what());
  }
}

/// The same from two files. Errors as TsvReader and scales_from_tables().
inline profiling::ScaleTable read_scales(const std::string& scales_path, const std::string& categories_path) {
  const TsvOptions options{.separators = tab_or_comma};
  return scales_from_tables(read_table(scales_path, options), read_table(categories_path, options));
}

}  // namespace isonomy::io
