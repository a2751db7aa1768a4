// During: a setting that is another one for the time of a call.
#pragma once

#include <utility>

namespace isonomy::conformance {

/// Sets a value for the time of a call.
template <class T>
class During {
 public:
  During(T& value, T other) : value_(value), before_(std::exchange(value, std::move(other))) {}
  ~During() { value_ = std::move(before_); }
  During(const During&) = delete;
  During& operator=(const During&) = delete;

 private:
  T& value_;
  T before_;
};

}  // namespace isonomy::conformance
