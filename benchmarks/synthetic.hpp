// SYN(n): the portable synthetic sequences that profiling is timed on.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "isonomy/core/config.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"

namespace isonomy::benchmark {

/// Row after row of SYN(n): splitmix64 of a fixed seed, TMDs of 18 to 25 residues whose composition differs between the
/// first (test) and the second half of the rows, random flanks of 10.
class SyntheticSequences {
 public:
  explicit SyntheticSequences(index_t n) : rows_(n) {}

  [[nodiscard]] bool next(profiling::Window& window, int& label) {
    if (row_ == rows_) return false;
    label = row_ < rows_ / 2 ? 1 : 0;
    char entry[24];
    std::snprintf(entry, sizeof entry, "S%06lld", static_cast<long long>(row_++));
    window.entry = entry;
    window.tmd_len = static_cast<index_t>(18 + bits() % 8);
    window.jmd_n_len = window.jmd_c_len = 10;
    window.residues.clear();
    add(letters.substr(0, 20), 10, window.residues);
    add(label == 1 ? test_letters : letters, window.tmd_len, window.residues);
    add(letters.substr(0, 20), 10, window.residues);
    return true;
  }

 private:
  static constexpr std::string_view letters = "ACDEFGHIKLMNPQRSTVWYLLLLVVIIAAAGGGSST";
  static constexpr std::string_view test_letters = "ACDEFGHIKLMNPQRSTVWYLLLLVVVIIIAAAGGFF";

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  void add(std::string_view from, index_t count, std::string& to) {
    for (index_t i = 0; i < count; ++i) to += from[bits() % from.size()];
  }

  index_t rows_, row_ = 0;
  std::uint64_t state_ = 20240601;
};

}  // namespace isonomy::benchmark
