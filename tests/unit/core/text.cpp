// Messages are put together from texts, letters and whole numbers, each to its last digit.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "isonomy/core/text.hpp"
#include "support/catch.hpp"

using namespace isonomy;
using text::joined;

static_assert(std::is_trivially_destructible_v<text::Piece>);
static_assert(!std::is_constructible_v<text::Piece, bool> && !std::is_constructible_v<text::Piece, double>,
              "neither has one obvious text");

TEST_CASE("joined writes whole numbers to the ends of their types") {
  REQUIRE(joined(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  REQUIRE(joined(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  REQUIRE(joined(std::numeric_limits<std::size_t>::max()) == "18446744073709551615");
  REQUIRE(joined(std::numeric_limits<int>::min(), std::numeric_limits<unsigned>::max()) == "-21474836484294967295");
  REQUIRE(joined(0, ' ', -1, ' ', short{7}) == "0 -1 7");
  REQUIRE(joined(static_cast<unsigned char>('A'), ' ', static_cast<signed char>(-8)) == "65 -8");
}

TEST_CASE("joined tells letters and texts from numbers") {
  const char* pointer = "text";
  const std::string owned = "owned";
  REQUIRE(joined('A', "BC", std::string_view("DE").substr(1), pointer, owned, 70) == "ABCEtextowned70");
  REQUIRE(joined(std::string("a\0b", 3), '\0') == std::string("a\0b\0", 4));
}

TEST_CASE("joined takes temporaries and texts of every length") {
  const std::string long_text(100, 'x');
  REQUIRE(joined().empty());
  REQUIRE(joined("", std::string(), std::string_view()).empty());
  REQUIRE(joined(std::string(100, 'x'), std::to_string(0.5), joined("y", 1)) == long_text + "0.500000y1");
}
