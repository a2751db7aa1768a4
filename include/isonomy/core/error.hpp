// The exception hierarchy: every error names the operation, what is wrong with the numbers, the rule and the remedy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "isonomy/core/text.hpp"

namespace isonomy {

/// Root of everything the library throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller passed something unusable; nothing was written.
class InvalidArgument : public Error {
 public:
  using Error::Error;
};

/// Extents do not agree.
class ShapeError : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

/// An output overlaps an input.
class AliasError : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

/// A value is outside its domain.
class ValueError : public InvalidArgument {
 public:
  using InvalidArgument::InvalidArgument;
};

/// The request is legal but this machine, device or backend cannot serve it.
class Unsupported : public Error {
 public:
  using Error::Error;
};

/// The computation itself broke down.
class NumericalError : public Error {
 public:
  using Error::Error;
};

/// A leading minor is not positive; `pivot` counts from 1 as in LAPACK.
class NotPositiveDefinite : public NumericalError {
 public:
  NotPositiveDefinite(const std::string& message, std::int64_t failed_batch, std::int64_t failed_pivot)
      : NumericalError(message), batch(failed_batch), pivot(failed_pivot) {}
  std::int64_t batch, pivot;
};

/// A triangle cannot be divided by: its diagonal element number `pivot`, from 1, is 0.
class SingularMatrix : public NumericalError {
 public:
  SingularMatrix(const std::string& message, std::int64_t failed_pivot)
      : NumericalError(message), pivot(failed_pivot) {}
  std::int64_t pivot;
};

/// An iteration that ought to end did not.
class NoConvergence : public NumericalError {
 public:
  using NumericalError::NumericalError;
};

/// Memory or a device failed.
class ResourceError : public Error {
 public:
  using Error::Error;
};

/// An allocation failed or would exceed the workspace limit. `available` is 0 where it is unknown.
class OutOfMemory : public ResourceError {
 public:
  [[gnu::noinline]] OutOfMemory(const std::string& purpose, std::size_t bytes_requested, std::size_t bytes_available)
      : ResourceError(text::joined(purpose, ": ", bytes_requested, " bytes requested, ",
                                   bytes_available != 0 ? std::to_string(bytes_available) : "none",
                                   " available; expected room for all; use less data at a time or raise the limit")),
        requested(bytes_requested), available(bytes_available) {}
  std::size_t requested, available;
};

/// A device or one of its libraries failed; `code` is its own number. The context cannot be used again where the error
/// is one of a kernel.
class DeviceError : public ResourceError {
 public:
  [[gnu::noinline]] DeviceError(const char* library_name, const char* call, int error_code, const char* error_name,
                                const char* meaning)
      : ResourceError(
            text::joined({library_name, ": ", call, " answered ", error_name, " (", std::to_string(error_code), "), ",
                          meaning, "; expected success; make a new context, or use another device"})),
        library(library_name), name(error_name), code(error_code) {}
  std::string library, name;
  int code;
};

/// The caller asked to stop; queued work has drained and inputs are unchanged.
class Cancelled : public Error {
 public:
  [[gnu::noinline]] explicit Cancelled(const std::string& operation)
      : Error(text::joined(operation, ": cancelled by the caller")) {}
};

/// A file could not be read or written. `line` counts from 1; 0 means the file as a whole. The message is text::shown,
/// whatever bytes of the file it quotes.
class IoError : public Error {
 public:
  [[gnu::noinline]] IoError(const std::string& file, std::int64_t line_number, const std::string& what)
      : Error(text::shown(line_number > 0 ? text::joined(file, ":", line_number, ": ", what)
                                          : text::joined(file, ": ", what))),
        path(file), line(line_number) {}
  std::string path;
  std::int64_t line;
};

}  // namespace isonomy
