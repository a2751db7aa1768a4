// The two data sets that the mixture's reference values belong to.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace isonomy::test {

/// 24-bit dyadic values, exact in float and double: x_i = ((i * 2654435761 mod 2^32) >> 8) / 2^20 - 8.
inline std::vector<double> portable_points(std::size_t n = 1000000) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = static_cast<double>(static_cast<std::uint32_t>(i * 2654435761u) >> 8) / 1048576 - 8;
  return x;
}

/// The million doubles of the published notebook, as make_reference.py --seed-data writes them.
inline std::vector<double> notebook_points() {
  std::vector<double> x(1000000);
  std::ifstream file(ISONOMY_NOTEBOOK_DATA, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(double))))
    throw std::runtime_error("cannot read " ISONOMY_NOTEBOOK_DATA);
  return x;
}

}  // namespace isonomy::test
