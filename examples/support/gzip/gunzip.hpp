// Decompresses inputs. zlib is optional: examples/CMakeLists.txt takes one of the two files beside this one.
#pragma once

#include <memory>

#include "isonomy/io/text/source.hpp"

namespace examples {

/// What gives the bytes that `packed`, a gzip file or several in a row, stands for. IoError if this program has no
/// zlib; read() throws it for damaged or incomplete data.
std::unique_ptr<isonomy::io::Decoder> gunzip(isonomy::io::Source packed);

/// What gives the bytes that deflated ones stand for, which have no header, as in a zip archive. Errors as gunzip().
std::unique_ptr<isonomy::io::Decoder> inflated(isonomy::io::Source deflated);

}  // namespace examples
