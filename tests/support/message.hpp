// The text of an exception that must be thrown.
#pragma once

#include <string>

namespace isonomy::test {

/// what() of the E that f throws; another text where it throws nothing. Other exceptions pass through.
template <class E, class F>
std::string message(const F& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace isonomy::test
