// Seventeen planted mistakes: each is caught, whatever the seed, by the builds that promise to.
#include <algorithm>

#include "planted_kernels.hpp"

namespace isonomy::test {
namespace {

/// A mistake, and what each build says of it; empty: this build cannot see it.
struct Planted {
  const char* name;
  std::string (*run)();
  const char *plain, *sanitized, *race;
};

constexpr const char* wrong = "wrong result";
constexpr const char* unwritten = "which nothing has written";
constexpr const char* race = "without a barrier between: a race";
constexpr const char* poisoned = "AddressSanitizer: use-after-poison";
constexpr const char* masked = "the mask leaves out";
constexpr const char* exited = "have exited";

const Planted mistakes[] = {
    {"tree sum, missing barrier", &run_tree_sum<Plant::missing_barrier>, wrong, wrong, "reads shared byte"},
    {"tree sum, shared memory out of bounds", &run_tree_sum<Plant::out_of_bounds>, wrong, poisoned,
     "shared byte 64 of 64"},
    {"tree sum, wrong mask", &run_tree_sum<Plant::wrong_mask>, masked, masked, masked},
    {"tree sum, early exit", &run_tree_sum<Plant::early_exit>, exited, exited, exited},
    {"tree sum, device memory out of bounds", &run_tree_sum<Plant::device_out_of_bounds>, wrong, poisoned,
     "outside of any allocation"},
    {"tree sum, blocks write one number", &run_tree_sum<Plant::device_race>, wrong, wrong, race},
    {"select, missing barrier", &run_select_key<Plant::missing_barrier>, wrong, wrong, race},
    {"select, missing warp barrier", &run_select_key<Plant::missing_warp_sync>, wrong, wrong, race},
    {"select, shared memory out of bounds", &run_select_key<Plant::out_of_bounds>, wrong, "out of bounds for type",
     race},
    {"select, wrong mask", &run_select_key<Plant::wrong_mask>, masked, masked, masked},
    {"select, early exit", &run_select_key<Plant::early_exit>, exited, exited, exited},
    {"select, plain addition", &run_select_key<Plant::plain_add>, "", "", race},
    {"select, unwritten shared memory", &run_select_key<Plant::unwritten>, wrong, wrong, unwritten},
    {"histogram, missing barrier", &run_segment_histogram<Plant::missing_barrier>, wrong, wrong, race},
    {"histogram, shared memory out of bounds", &run_segment_histogram<Plant::out_of_bounds>, wrong, poisoned,
     "shared byte 400 of 400"},
    {"histogram, plain addition", &run_segment_histogram<Plant::plain_add>, "", "", race},
    {"histogram, pointer of the host", &run_segment_histogram<Plant::host_pointer>, "", "", "a pointer of the host"},
};

const char* expected_here(const Planted& p) {
#if defined(__SANITIZE_ADDRESS__)
  return p.sanitized;
#else
  return emulation::checks_races() ? p.race : p.plain;
#endif
}

/// What a child process says that runs one kernel; the address sanitizer ends it.
std::string said_of(std::string (*run)(), std::uint64_t seed) {
  return end_of_child([&] {
    emulation::settings().seed = seed;
    std::fprintf(stderr, "%s\n", run().c_str());
  });
}

const std::uint64_t seeds[] = {1, 2, 3, 4, 5, emulation::settings().seed};

TEST_CASE("kernels without a mistake are right under any order of their threads") {
  for (const std::uint64_t seed : seeds) {
    emulation::settings().seed = seed;
    CHECK(run_tree_sum<Plant::nothing>() == "right");
    CHECK(run_select_key<Plant::nothing>() == "right");
    CHECK(run_segment_histogram<Plant::nothing>() == "right");
  }
}

TEST_CASE("each planted mistake is named by the builds that can see it") {
  CHECK(std::size(mistakes) == 17);
  for (const Planted& mistake : mistakes)
    for (const std::uint64_t seed : seeds) {
      const std::string expected = expected_here(mistake), said = said_of(mistake.run, seed);
      INFO(mistake.name << ", seed " << seed << ": " << said);
      CHECK((expected.empty() || mentions(said, expected)));
    }
}

}  // namespace
}  // namespace isonomy::test
