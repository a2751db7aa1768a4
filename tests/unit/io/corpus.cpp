// Every input of the fuzzers' corpus, once.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/targets.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEST_CASE("readers take or refuse every input of the fuzzers' corpus", "[io]") {
  for (const auto& target : test::fuzz::targets) {
    int inputs = 0;
    const auto folder = std::filesystem::path(ISONOMY_TEST_DATA) / ".." / "fuzz" / "corpus" / target.name;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      for (std::size_t size : {bytes.size(), bytes.size() / 2, bytes.size() - bytes.size() / 3})
        target.run(std::string_view(bytes).substr(0, size));
      ++inputs;
    }
    INFO(target.name);
    CHECK(inputs > 0);
  }
}
