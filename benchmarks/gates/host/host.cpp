#include "host.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "context.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/cpu.hpp"

namespace isonomy::gates {
namespace {

template <class T>
std::string first_difference(const std::string& what, const std::vector<T>& device, const std::vector<T>& host) {
  if (device.size() != host.size())
    return text::joined(what, ": ", device.size(), " on the device and ", host.size(), " on the host");
  for (std::size_t i = 0; i < host.size(); ++i)
    if (std::memcmp(&device[i], &host[i], sizeof(T)) != 0)
      return text::joined(what, ", number ", i, ": ", std::to_string(device[i]), " on the device and ",
                          std::to_string(host[i]), " on the host");
  return {};
}

}  // namespace

Hosts::Hosts() : one(std::make_shared<Host>(1)), all(std::make_shared<Host>(0)) {}

int threads_of_all_cores() { return Host(0).ctx.threads(); }

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.find(':') + 2, line.size()));
  return "unknown processor";
}

std::vector<double> random_numbers(index_t n, int stream) {
  std::vector<double> out(static_cast<std::size_t>(n));
  std::uint64_t state = 0x5851F42D4C957F2DU * (static_cast<std::uint64_t>(stream) + 1);
  for (double& x : out) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    x = static_cast<double>(static_cast<std::int64_t>(z ^ (z >> 31)) >> 11) * 0x1p-52;
  }
  return out;
}

std::string difference_of(const std::string& what, const std::vector<double>& device, const std::vector<double>& host) {
  return first_difference(what, device, host);
}
std::string difference_of(const std::string& what, const std::vector<index_t>& device,
                          const std::vector<index_t>& host) {
  return first_difference(what, device, host);
}

}  // namespace isonomy::gates
