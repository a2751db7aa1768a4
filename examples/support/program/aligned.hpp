// Tables of text for people.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "isonomy/core/text.hpp"

namespace examples {

using isonomy::text::joined;

/// Columns of equal width, the first flush left and the others flush right.
inline std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string room(widths[c] - row[c].size(), ' ');
      out += c == 0 ? row[c] + room : joined("  ", room, row[c]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

}  // namespace examples
