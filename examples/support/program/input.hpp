// Opens inputs of programs: files, pipes and standard input, compressed or not, each of them once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "../gzip/gunzip.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/source.hpp"

namespace examples {

/// What errors call standard input, which the command line calls '-'.
inline constexpr const char* standard_input = "/dev/stdin";

/// Makes '-' standard input.
inline void name_standard_input(std::string& path) {
  if (path == "-") path = standard_input;
}

/// ValueError if more than one input is standard input, which can be read once.
inline void require_one_standard_input(const std::vector<std::string>& paths) {
  int count = 0;
  for (const auto& path : paths) count += path == standard_input ? 1 : 0;
  if (count > 1)
    throw isonomy::ValueError(
        isonomy::text::joined(count, " inputs are standard input; expected one at most; name files for the others"));
}

/// What an input holds, decompressed if it is compressed by gzip. `kind` and IoError as Source, and as gunzip().
inline isonomy::io::Source open_input(const std::string& path, const std::string& kind = "text file") {
  isonomy::io::Source source(path, kind);
  if (source.peek(2) != "\x1F\x8B") return source;
  return isonomy::io::Source::decoded(path, gunzip(std::move(source)));
}

}  // namespace examples
