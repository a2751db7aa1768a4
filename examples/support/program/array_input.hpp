// Reads whole arrays of files, with progress, until somebody asks to stop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "interrupt.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/io/arrays/npy_reader.hpp"
#include "progress.hpp"

namespace examples {

using isonomy::index_t;

/// All elements, some at a time, so that the reading can be stopped.
template <class T>
std::vector<T> all_elements(isonomy::io::NpyReader<T>& reader, ProgressLine& progress) {
  constexpr index_t piece = index_t{1} << 20;
  std::vector<T> values;
  if (reader.source().size())
    values.reserve(static_cast<std::size_t>(reader.size()));  // what a pipe promises may not come
  for (index_t done = 0; done < reader.size();) {
    const index_t next = std::min(piece, reader.size() - done);
    values.resize(static_cast<std::size_t>(done + next));
    reader.read(done, {values.data() + done, next});
    done += next;
    Interrupt::check("reading");
    progress.show({"reading", done, reader.size()});
  }
  return values;
}

}  // namespace examples
