// What the benchmark is asked for on its command line.
#pragma once

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::dense {

struct Options {
  std::vector<std::string> rows = {}, types = {"double", "float"};
  std::vector<index_t> sizes = {256, 512, 1024, 2048}, threads = {1, 2};
  int rounds = 7;
  double at_least = 0.02;  ///< seconds of a sample: short calls are repeated within it
  double at_most = 1e9;    ///< seconds of a row at one size; every library is always timed once
  double longest = 1e9;    ///< seconds of a call that is still made, as it is foreseen from smaller sizes
  bool quick = false;      ///< whether some of the above were set by --quick
  std::string json = {};

  static constexpr const char* help =
      "options, each but --quick with a value: --rows gemm,syrk,... --types double,float\n"
      "--sizes 256,... --threads 1,2 --rounds N --at-least SECONDS (of a sample)\n"
      "--at-most SECONDS (of a row at one size) --longest SECONDS (of a call) --json FILE\n"
      "--quick: double alone, 5 rounds, or as many as fit into 1 s, and no call beyond 3 s";

  /// Throws an exception that says what it cannot read.
  [[nodiscard]] static Options parse(int argc, char** argv);

 private:
  [[nodiscard]] static std::vector<std::string> parts(const std::string& list) {
    std::vector<std::string> out;
    std::istringstream stream(list);
    for (std::string part; std::getline(stream, part, ',');) out.push_back(part);
    return out;
  }
  [[nodiscard]] static std::vector<index_t> counts(const std::string& list) {
    std::vector<index_t> out;
    for (const std::string& part : parts(list)) out.push_back(std::stoll(part));
    if (out.empty() || *std::min_element(out.begin(), out.end()) < 1) throw std::invalid_argument(list);
    return out;
  }
  void shorten() {
    quick = true;
    types = {"double"};
    rounds = 5;
    at_least = 0.01;
    at_most = 1;
    longest = 3;
  }
  void set(const std::string& key, const std::string& value) {
    if (key == "--rows")
      rows = parts(value);
    else if (key == "--types")
      types = parts(value);
    else if (key == "--sizes")
      sizes = counts(value);
    else if (key == "--threads")
      threads = counts(value);
    else if (key == "--rounds")
      rounds = static_cast<int>(counts(value).front());
    else if (key == "--at-least")
      at_least = std::stod(value);
    else if (key == "--at-most")
      at_most = std::stod(value);
    else if (key == "--longest")
      longest = std::stod(value);
    else if (key == "--json")
      json = value;
    else
      throw std::invalid_argument(key);
  }
};

inline Options Options::parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i < argc; ++i) {
    const std::string key = argv[i];
    if (key == "--quick") {
      o.shorten();
      continue;
    }
    if (++i == argc) throw std::invalid_argument(key);
    o.set(key, argv[i]);
  }
  for (const std::string& type : o.types)
    if (type != "double" && type != "float") throw std::invalid_argument(type);
  return o;
}

}  // namespace isonomy::dense
