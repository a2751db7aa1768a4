// Tables of sequences written as text, for tests of what reads them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/io/sequences/sequence_table.hpp"
#include "support/io_files.hpp"

namespace isonomy::test {

/// A table written as text, cells separated by blanks ('.' is an empty cell).
inline io::Table table_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows{{}};
  std::string word;
  for (const char c : text + "\n") {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    rows.back().push_back(word == "." ? "" : word);
    word.clear();
    if (c == '\n') rows.emplace_back();
  }
  io::Table table("t.tsv", rows[0]);
  for (std::size_t k = 1; k + 1 < rows.size(); ++k) table.append(rows[k], static_cast<std::int64_t>(k + 1));
  return table;
}

inline std::string refusal(const std::string& text, const io::WindowOptions& options = {}) {
  return message_of<IoError>([&] { io::sequences_from_table(table_of(text), options); });
}

inline const io::WindowOptions short_flanks{.flanks = {2, 2}};
inline const std::string protein = "ACDEFGHIKLMNPQRSTVWY";

}  // namespace isonomy::test
