// One fuzzer for all readers: the environment variable ISONOMY_FUZZ_TARGET names the one that is tried.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "targets.hpp"

namespace {

const isonomy::test::fuzz::Target& chosen() {
  const char* const name = std::getenv("ISONOMY_FUZZ_TARGET");
  for (const auto& target : isonomy::test::fuzz::targets)
    if (name != nullptr && std::string_view(name) == target.name) return target;
  std::fputs("ISONOMY_FUZZ_TARGET must name one of:", stderr);
  for (const auto& target : isonomy::test::fuzz::targets) std::fprintf(stderr, " %s", target.name);
  std::fputs("\n", stderr);
  std::exit(1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto& target = chosen();
  target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
