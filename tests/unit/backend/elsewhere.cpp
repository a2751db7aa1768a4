// The unit that lacks a backend which another unit of the program has; compiled by itself, never as part of another.
#include "unit/backend/elsewhere.hpp"

std::string isonomy::test::found_without_backend(std::string_view prefer) {
  try {
    dispatch_tag<Elsewhere>(prefer, NameOfBackend{});
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}
