// Errors of a fit from given starting values: which of them are put down to --start.
#include <string>

#include "../../examples/support/mixture/start_error.hpp"
#include "isonomy/core/error.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

/// The message of the E that a fit from a given start throws where the library throws `error`.
template <class E, class Thrown>
std::string said(const Thrown& error) {
  try {
    examples::from_given_start([&]() -> int { throw error; });
  } catch (const E& caught) {
    return caught.what();
  }
  return "no error";
}

const std::string advice = "; give other values, or leave --start out";

}  // namespace

TEST_CASE("what a start can cause names the option", "[programs]") {
  CHECK(said<ValueError>(ValueError("mixture: s1 is -1")) == "--start: s1 is -1" + advice);
  CHECK(said<ValueError>(ShapeError("mixture: 4 parameters")) == "--start: 4 parameters" + advice);
  CHECK(said<ValueError>(NumericalError("minimize: the NLL is nan")) == "--start: the NLL is nan" + advice);
  CHECK(said<ValueError>(NotPositiveDefinite("a leading minor", 0, 1)) == "--start: a leading minor" + advice);
  CHECK(test::message<ValueError>([] {
          examples::from_given_start([]() -> int { throw ValueError("minimize: start s1=0"); }, "--fix");
        }) == "--fix: start s1=0; give other values, or leave --fix out");
}

TEST_CASE("what no start can cause keeps its kind and message", "[programs]") {
  const OutOfMemory memory("sums of a mixture", 4096, 0);
  CHECK(said<OutOfMemory>(memory) == memory.what());
  CHECK(said<ResourceError>(ResourceError("a thread failed")) == "a thread failed");
  CHECK(said<Unsupported>(Unsupported("fit: no such device")) == "fit: no such device");
  CHECK(said<Cancelled>(Cancelled("fit")) == "fit: cancelled by the caller");
  CHECK(said<IoError>(IoError("x.npy", 0, "the file ends")) == "x.npy: the file ends");
}

TEST_CASE("a fit from a given start returns what it computes", "[programs]") {
  CHECK(examples::from_given_start([] { return 7; }) == 7);
}
