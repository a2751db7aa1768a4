// Reads FASTA files: identifiers, headers and sequences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// One record. Letters are kept as they stand, lower case too; blanks are removed, and one '*' (stop) at the end.
struct FastaEntry {
  /// The first word of the header.
  std::string id;
  /// The header without '>'.
  std::string header;
  std::string sequence;
  /// The line of the header, from 1.
  std::int64_t line = 0;
};

/// Calls `f(entry)` for every record, holding one at a time. `entry` may be moved from.
/// IoError as LineReader, or naming the line if text precedes the first '>', an id or a sequence is missing.
/// Repeated ids are not noticed: that would take memory for all of them.
template <class F>
void for_each_fasta(const std::string& path, F&& f, TextOptions options = {}) {
  LineReader reader(path, options);
  FastaEntry entry;
  const auto deliver = [&] {
    if (entry.line == 0) return;
    if (entry.sequence.ends_with('*')) entry.sequence.pop_back();
    if (entry.sequence.empty())
      throw IoError(
          path, entry.line,
          text::joined("entry '", entry.id, "' has no sequence; expected letters below the header; remove the entry"));
    f(std::move(entry));
    entry = {};
  };
  for (std::string_view line; reader.next(line);) {
    if (line.starts_with('>')) {
      deliver();
      entry.line = reader.line_number();
      entry.header = line.substr(1);
      entry.id = entry.header.substr(0, entry.header.find_first_of(" \t"));
      if (entry.id.empty())
        throw IoError(path, entry.line,
                      "the header has no identifier; expected a word right behind '>'; name the entry");
      continue;
    }
    const bool blank = line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
    if (entry.line == 0 && !blank)
      throw IoError(path, reader.line_number(),
                    "text stands before the first '>'; expected FASTA; begin each entry with a line '>identifier'");
    for (const char c : line)
      if (c != ' ' && c != '\t' && c != '\r' && c != '\v' && c != '\f') entry.sequence += c;
  }
  if (entry.line == 0)
    throw IoError(path, 0, "there is no entry; expected FASTA; begin each with a line '>identifier'");
  deliver();
}

/// All records in file order. Errors as for_each_fasta, and IoError naming both lines for a repeated id.
inline std::vector<FastaEntry> read_fasta(const std::string& path, TextOptions options = {}) {
  std::vector<FastaEntry> out;
  std::unordered_map<std::string, std::int64_t> lines;
  for_each_fasta(
      path,
      [&](FastaEntry&& entry) {
        const auto [at, added] = lines.emplace(entry.id, entry.line);
        if (!added)
          throw IoError(path, entry.line,
                        text::joined("the identifier '", entry.id, "' already stands in line ", at->second,
                                     "; expected distinct ones; rename or drop one"));
        out.push_back(std::move(entry));
      },
      options);
  return out;
}

}  // namespace isonomy::io
