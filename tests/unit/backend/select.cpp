// dispatch: which backend is chosen at run time, and what is said of those that are not, compiled in or not.
#include "isonomy/backend/select.hpp"

#include <string>
#include <type_traits>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/cuda/tag.hpp"
#include "support/catch.hpp"
#include "support/device_backend.hpp"
#include "support/partial_backend.hpp"
#include "unit/backend/elsewhere.hpp"

template <>
struct isonomy::Backend<isonomy::test::Elsewhere> {
  static constexpr const char* name() { return "Elsewhere"; }
  static bool available() noexcept { return true; }
};

using namespace isonomy;
using isonomy::test::Absent;
using isonomy::test::Device;

TEST_CASE("dispatch takes the backend that is named, or the first that is available, and tells why", "[dispatch]") {
  const auto name = [](auto& ctx) { return std::string(backend_of<std::remove_reference_t<decltype(ctx)>>::name()); };
  CHECK(dispatch<Device, Cpu>("", name) == "Device");
  CHECK(dispatch<Device, Cpu>("auto", name) == "Device");
  CHECK(dispatch<Device, Cpu>("cpu", name) == "Cpu");
  const auto told = [](auto&, const Selection& s) {
    return text::joined(s.backend, s.declined.empty() ? std::string()
                                                      : text::joined(", not ", s.declined.front().backend, ": ",
                                                                     s.declined.front().reason));
  };
  CHECK(dispatch<Absent, Cpu>("auto", told) == "Cpu, not Absent: finds no device");
  CHECK(dispatch<Device, Cpu>("Cpu", told) == "Cpu, not Device: is not the one asked for");
  const auto error = [&](const auto& run) -> std::string {
    try {
      run();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  CHECK(error([&] { dispatch<Absent, Cpu>("absent", name); }) ==
        "dispatch: no backend takes it; Absent: finds no device; Cpu: is not the one asked for; use another backend, "
        "or a Chain that ends in one without such limits");
  CHECK(error([&] { dispatch<Absent, Cpu>("gpu", name); }) ==
        "dispatch: there is no backend 'gpu'; give \"auto\" or one of Absent (finds no device), Cpu");
  CHECK_THROWS_AS((dispatch<Absent, Cpu>("gpu", name)), ValueError);
  CHECK_THROWS_AS((dispatch<Absent>("auto", name)), BackendNotAvailable);
}

TEST_CASE("units with and without a backend keep their own answers in one program", "[dispatch]") {
  for (int repeat = 0; repeat < 2; ++repeat) {
    CHECK(dispatch_tag<test::Elsewhere>("auto", test::NameOfBackend{}) == "Elsewhere");
    CHECK(test::found_without_backend("auto") ==
          "dispatch: no backend takes it; Elsewhere: is not in this unit; use another backend, or a Chain that ends in "
          "one without such limits");
  }
}

TEST_CASE("a program for any compiler may list Cuda, which is unavailable there and says how to get it", "[dispatch]") {
  const std::string reason =
      "is not in this build: it needs nvcc of CUDA 13 and component cuda (the library's own programs: cmake "
      "-DISONOMY_CUDA=ON)";
  const auto told = [](auto&, const Selection& s) {
    Report report;
    describe_selection(s, report);
    return text::joined(report.used.asked, " ", s.backend, ": ", report.used.declined.at(0).backend, " ",
                        report.used.declined.at(0).reason);
  };
  CHECK(dispatch<Cuda, Cpu>("auto", told) == "auto Cpu: Cuda " + reason);
  CHECK(dispatch<Cuda, Cpu>("cpu", told) == "cpu Cpu: Cuda is not the one asked for");
  try {
    dispatch<Cuda, Cpu>("cuda", told);
    FAIL("there is no Cuda here");
  } catch (const BackendNotAvailable& e) {
    REQUIRE(e.tried().size() == 2);
    CHECK(e.tried()[0].backend == "Cuda");
    CHECK(e.tried()[0].reason == reason);
    CHECK(std::string(e.what()).find(reason) != std::string::npos);
  }
  const auto all = availability<Cuda, Cpu>();
  REQUIRE(all.size() == 2);
  CHECK(text::joined(all[0].backend, all[0].available ? " yes" : " no ", all[0].reason) == "Cuda no " + reason);
  CHECK(text::joined(all[1].backend, all[1].available ? " yes" : " no ", all[1].reason) == "Cpu yes");
}

TEST_CASE("dispatch by tag leaves the context and its options to the caller", "[dispatch]") {
  const auto seed = dispatch_tag<Absent, Cpu>("auto", [](auto tag, const Selection& s) {
    CHECK(s.declined.at(0).reason == "finds no device");
    Context<decltype(tag)> ctx;
    ctx.control().seed = 7;
    return ctx.control().seed;
  });
  CHECK(seed == 7);
}

TEST_CASE("a result is known where the last backends of a list are not in the build", "[dispatch]") {
  const auto name = [](auto, const Selection& s) { return s.backend; };
  CHECK(dispatch_tag<Cpu, Cuda>("auto", name) == "Cpu");
  try {
    dispatch_tag<Cpu, Cuda>("cuda", name);
    FAIL("there is no Cuda here");
  } catch (const BackendNotAvailable& e) {
    REQUIRE(e.tried().size() == 2);
    CHECK(e.tried()[0].reason == "is not the one asked for");
    CHECK(e.tried()[1].backend == "Cuda");
  }
}
