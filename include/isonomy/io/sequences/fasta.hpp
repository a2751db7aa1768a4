// Reads FASTA files: identifiers, headers and sequences.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/sequences/residue_text.hpp"
#include "isonomy/io/text/source.hpp"
#include "isonomy/io/text/text_file.hpp"

namespace isonomy::io {

/// One record. Letters are kept as they stand, lower case too; blanks are removed, and one '*' (stop) at the end.
struct FastaEntry {
  /// The first word of the header, blanks before it left out.
  std::string id;
  /// The header without '>'.
  std::string header;
  std::string sequence;
  /// The line of the header, from 1.
  std::int64_t line = 0;
};

namespace detail {

/// IoError for a header of the PIR format, ">P1;name", below which a line describes the entry: read as residues, its
/// words would shift all others.
inline void refuse_pir(const std::string& path, std::int64_t line, std::string_view id) {
  constexpr std::string_view kinds[] = {"P1", "F1", "DL", "DC", "RL", "RC", "N3", "N1", "XX"};
  if (id.size() < 3 || id[2] != ';' ||
      std::find(std::begin(kinds), std::end(kinds), id.substr(0, 2)) == std::end(kinds))
    return;
  throw IoError(path, line,
                text::joined("the header ", text::quoted(id),
                             " is of the PIR format, whose next line is a description; "
                             "expected FASTA; drop the description lines and the '",
                             id.substr(0, 3), "', or convert the file, for example with Biopython's SeqIO"));
}

}  // namespace detail

/// Whether text is FASTA: '>' is the first byte behind a byte order mark, blanks and empty lines.
[[nodiscard]] inline bool is_fasta(Source& source) {
  constexpr std::size_t farthest = std::size_t{1} << 20;
  for (std::size_t count = 256; count <= farthest; count *= 16) {
    std::string_view begin = source.peek(count);
    const bool all = begin.size() < count;
    if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
    const auto first = std::find_if_not(begin.begin(), begin.end(), is_space);
    if (first != begin.end()) return *first == '>';
    if (all) break;
  }
  return false;
}

/// Calls `f(entry)` for every record, holding one at a time. `entry` may be moved from.
/// IoError as LineReader, or naming the line if text precedes the first '>', an id or a sequence is missing, or a
/// header is of the PIR format. Repeated ids are not noticed: that would take memory for all of them.
template <class F>
void for_each_fasta(Source source, F&& f, TextOptions options = {}) {
  LineReader reader(std::move(source), options);
  const std::string& path = reader.path();
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
  constexpr std::string_view blanks = " \t";
  for (std::string_view line; reader.next(line);) {
    const auto first = line.find_first_not_of(blanks);
    if (first != std::string_view::npos && line[first] == '>') {
      deliver();
      entry.line = reader.line_number();
      line.remove_prefix(std::min(line.find_first_not_of(blanks, first + 1), line.size()));
      entry.header = line;
      entry.id = line.substr(0, line.find_first_of(blanks));
      if (entry.id.empty())
        throw IoError(path, entry.line, "the header has no identifier; expected a word behind '>'; name the entry");
      detail::refuse_pir(path, entry.line, entry.id);
      continue;
    }
    if (entry.line == 0 && !std::all_of(line.begin(), line.end(), is_space))
      throw IoError(path, reader.line_number(),
                    "text stands before the first '>'; expected FASTA; begin each entry with a line '>identifier'");
    if (!has_space(line))
      entry.sequence += line;
    else
      std::copy_if(line.begin(), line.end(), std::back_inserter(entry.sequence), [](char c) { return !is_space(c); });
  }
  if (entry.line == 0)
    throw IoError(path, 0, "there is no entry; expected FASTA; begin each with a line '>identifier'");
  deliver();
}
template <class F>
void for_each_fasta(const std::string& path, F&& f, TextOptions options = {}) {
  for_each_fasta(Source(path, "text file"), std::forward<F>(f), options);
}

/// Names for the entries of FASTA files: the first word of the header, or the whole header where another entry has that
/// word and a different header, as in ">protein 1" and ">protein 2".
class FastaNames {
 public:
  /// The name of the next entry. Entries with the same header have the same name.
  std::string next(const FastaEntry& entry) {
    const std::size_t header = std::hash<std::string>()(entry.header);
    const auto [at, added] = headers_.emplace(entry.id, header);
    return added || at->second == header ? entry.id : entry.header;
  }

 private:
  /// The hash of the header that had the word first.
  std::unordered_map<std::string, std::size_t> headers_;
};

/// All records in file order, their ids as FastaNames has them. Errors as for_each_fasta, and IoError naming both lines
/// for a repeated header.
inline std::vector<FastaEntry> read_fasta(const std::string& path, TextOptions options = {}) {
  std::vector<FastaEntry> out;
  FastaNames names;
  std::unordered_map<std::string, std::int64_t> lines;
  for_each_fasta(
      path,
      [&](FastaEntry&& entry) {
        entry.id = names.next(entry);
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
