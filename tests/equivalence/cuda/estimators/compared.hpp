// Results of two backends beside each other, scenario by scenario.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "results.hpp"
#include "support/catch.hpp"

namespace isonomy::test {

/// Around the first character in which two texts differ.
[[nodiscard]] inline std::string first_difference(const std::string& a, const std::string& b) {
  const auto place = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::size_t from = place < 40 ? 0 : place - 40;
  return "at character " + std::to_string(place) + ": ..." + a.substr(from, 100) + "... and ..." + b.substr(from, 100) +
         "...";
}

inline void check_same_results(const Results& device, const Results& host) {
  REQUIRE(device.size() == host.size());
  for (std::size_t i = 0; i < host.size(); ++i) {
    INFO(host[i].first);
    CHECK(device[i].first == host[i].first);
    CHECK(!host[i].second.empty());
    if (device[i].second != host[i].second) FAIL_CHECK(first_difference(device[i].second, host[i].second));
  }
}

}  // namespace isonomy::test
