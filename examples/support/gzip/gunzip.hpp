// Decompresses inputs. zlib is optional: examples/CMakeLists.txt takes one of the two files beside this one.
#pragma once

#include <memory>

#include "isonomy/io/text/source.hpp"

namespace examples {

/// What gives the bytes that `packed`, a gzip file or several in a row, stands for. IoError if this program has no
/// zlib; read() throws it for damaged or incomplete data.
std::unique_ptr<isonomy::io::Decoder> gunzip(isonomy::io::Source packed);

}  // namespace examples
