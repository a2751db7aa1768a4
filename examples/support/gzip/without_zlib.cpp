// gunzip() of a program that was built where zlib was not found.
#include "gunzip.hpp"
#include "isonomy/core/error.hpp"

namespace examples {

std::unique_ptr<isonomy::io::Decoder> gunzip(isonomy::io::Source packed) {
  throw isonomy::IoError(
      packed.path(), 0,
      "this is compressed by gzip, and the program was built without zlib; expected text; decompress "
      "it, as in gzip -dc FILE | PROGRAM -, or install zlib (Debian: zlib1g-dev) and build again");
}

std::unique_ptr<isonomy::io::Decoder> inflated(isonomy::io::Source deflated) {
  throw isonomy::IoError(deflated.path(), 0,
                         "this is a compressed archive, and the program was built without zlib; expected arrays as "
                         "they are; save them with "
                         "numpy.savez, or install zlib (Debian: zlib1g-dev) and build again");
}

}  // namespace examples
