// Reads parts of a .npy file: for arrays that do not fit in memory.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/io/arrays/npy.hpp"
#include "isonomy/io/text/open_file.hpp"

namespace isonomy::io {

/// The elements of a .npy file as T (double takes f8 and f4, float f4 alone), in the order of the file, some at a time.
/// The file stays open. One user at a time.
template <Real T>
class NpyReader {
 public:
  /// Errors as read_npy, all before an element is read: the size of a file on disk tells whether all is there.
  explicit NpyReader(const std::string& path)
      : path_(path), file_(open_for_reading(path, ".npy file")), header_(detail::read_npy_header(file_.get(), path)) {
    detail::require_elements<T>(header_, path);
  }

  [[nodiscard]] const NpyHeader& header() const { return header_; }
  [[nodiscard]] index_t size() const { return header_.size(); }

  /// Elements first .. first + out.size - 1. ValueError beyond the end; IoError if the file has become shorter.
  void read(index_t first, VectorView<T> out) {
    if (first < 0 || first > size() - out.size)
      throw ValueError(text::joined(
          {"NpyReader: elements ", first, " to ", first + out.size, " of ", size(), "; expected a part of the array"}));
    if (header_.element == "f8")
      read_as<double>(first, out);
    else
      read_as<float>(first, out);
  }

 private:
  template <class Element>
  void read_as(index_t first, VectorView<T> out) {
    const auto offset = static_cast<off_t>(header_.data_offset) + first * static_cast<off_t>(sizeof(Element));
    if (fseeko(file_.get(), offset, SEEK_SET) != 0)
      throw IoError(path_, 0,
                    text::joined("cannot be read from the middle: ", system_message(errno),
                                 "; expected a file on disk; copy it to one"));
    std::vector<Element> piece(static_cast<std::size_t>(std::min<index_t>(out.size, index_t{1} << 17)));
    for (index_t done = 0; done < out.size;) {
      const auto want = std::min(static_cast<index_t>(piece.size()), out.size - done);
      const auto got =
          static_cast<index_t>(std::fread(piece.data(), sizeof(Element), static_cast<std::size_t>(want), file_.get()));
      for (index_t i = 0; i < got; ++i) out(done + i) = static_cast<T>(piece[static_cast<std::size_t>(i)]);
      done += got;
      if (got < want) require_read(file_.get(), path_);
      if (got < want)
        throw IoError(path_, 0,
                      text::joined("the file ends after ", first + done, " of ", size(),
                                   " elements; expected a complete file; copy or save it again"));
    }
  }

  std::string path_;
  File file_;
  NpyHeader header_;
};

}  // namespace isonomy::io
