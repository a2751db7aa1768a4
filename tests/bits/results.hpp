// Lines of named hashes: what every configuration of the compiler must agree in.
#pragma once

#include <bit>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/estimators/mixture/minimise/minimum.hpp"

namespace bits {

/// Prints "name hash" for the bits of some numbers; with ISONOMY_BITS_VALUES defined, the numbers too.
class Line {
 public:
  explicit Line(std::string name) : name_(std::move(name)) {}
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line() {
    std::printf("%s %016llx\n", name_.c_str(), static_cast<unsigned long long>(hash_));
#ifdef ISONOMY_BITS_VALUES
    for (const double x : values_) std::printf("  %a\n", x);
#endif
  }

  Line& add(double x) {
    values_.push_back(x);
    return mix(std::bit_cast<std::uint64_t>(x));
  }
  Line& add(const std::vector<double>& values) {
    for (const double x : values) add(x);
    return *this;
  }
  Line& add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    return *this;
  }

 private:
  /// FNV-1a (Fowler, Noll, Vo), eight bytes at a time.
  Line& mix(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x100000001b3u;
    return *this;
  }

  std::string name_;
  std::vector<double> values_;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

inline Line& add_minimum(Line& line, const isonomy::mixture::Minimum& m) {
  return line.add(m.parameters)
      .add(m.nll)
      .add(m.edm)
      .add(m.gradient_norm)
      .add(m.smallest_eigenvalue)
      .add(m.condition)
      .add(m.gradient)
      .add(m.hessian)
      .add(m.passes);
}

/// Nearly normal, from sums that round nowhere.
inline double bell(std::uint64_t i, std::uint64_t stream) {
  double sum = -6;
  for (std::uint64_t k = 0; k < 12; ++k) sum += isonomy::random_unit(11, 12 * i + k, stream);
  return sum;
}

void profiling();
void mixtures();
void clusters();
void eigenvectors();
void signal_and_noise();

}  // namespace bits
