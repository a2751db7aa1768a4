// Messages are put together from texts, letters and numbers, whole ones to their last digit.
#include <cstdint>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "isonomy/core/text.hpp"
#include "isonomy/core/text/letter_view.hpp"
#include "isonomy/core/text/letters.hpp"
#include "support/catch.hpp"

using namespace isonomy;
using text::joined;

static_assert(std::is_trivially_destructible_v<text::Piece>);
static_assert(!std::is_constructible_v<text::Piece, bool>, "a truth value has no obvious text");

TEST_CASE("joined writes whole numbers to the ends of their types") {
  REQUIRE(joined(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  REQUIRE(joined(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  REQUIRE(joined(std::numeric_limits<std::size_t>::max()) == "18446744073709551615");
  REQUIRE(joined(std::numeric_limits<int>::min(), std::numeric_limits<unsigned>::max()) == "-21474836484294967295");
  REQUIRE(joined(0, ' ', -1, ' ', short{7}) == "0 -1 7");
  REQUIRE(joined(static_cast<unsigned char>('A'), ' ', static_cast<signed char>(-8)) == "65 -8");
}

TEST_CASE("joined writes extents of matrices to the ends of their type") {
  CHECK(joined("A is ", text::MatrixExtents{3, 40}, "; B") == "A is 3x40; B");
  CHECK(joined(text::MatrixExtents{std::numeric_limits<long long>::min(), std::numeric_limits<long long>::min()}) ==
        "-9223372036854775808x-9223372036854775808");
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

TEST_CASE("joined writes other numbers as streams do") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x :
       {0.0, -0.0, 1.0, 1.0 / 3, 100000.0, 1e6, 1234567.0, 1e-5, 5e-324, -2.5e150, infinity, -infinity}) {
    std::ostringstream six, twelve;
    six << x;
    twelve << std::setprecision(12) << x;
    REQUIRE(joined(x) == six.str());
    REQUIRE(text::decimals(x, 12) == twelve.str());
  }
  REQUIRE(joined(1.5f, ' ', std::numeric_limits<double>::quiet_NaN()) == "1.5 nan");
}

TEST_CASE("the first letter of a text is told from what is no UTF-8") {
  const auto is = [](std::string_view s, char32_t code, std::size_t bytes) {
    const text::Letter letter = text::first_letter(s);
    return letter.code == code && letter.bytes == bytes;
  };
  REQUIRE(is("", 0, 0));
  REQUIRE(is(std::string_view("\0a", 2), 0, 1));
  REQUIRE(is("az", U'a', 1));
  REQUIRE(is("\xC3\xA4z", U'ä', 2));
  REQUIRE(is("\xE2\x80\x93", U'–', 3));
  REQUIRE(is("\xF0\x9D\x84\x9E", 0x1D11E, 4));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xC3z", "\xE2\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xFF"})
    REQUIRE(is(bad, 0, 0));
}

TEST_CASE("messages show letters that cannot be seen, and bytes that are none") {
  REQUIRE(text::code_name(0) == "U+0000");
  REQUIRE(text::code_name(0xA0) == "U+00A0");
  REQUIRE(text::code_name(0x1F600) == "U+1F600");
  REQUIRE(text::shown("plain – text, Grüße") == "plain – text, Grüße");
  REQUIRE(text::shown("a\xC2\xA0"
                      "b\xE2\x80\x8B"
                      "c\tand\r\n") == "a<U+00A0>b<U+200B>c<U+0009>and<U+000D><U+000A>");
  REQUIRE(text::shown(std::string_view("\0\x7F\xFF\xC3", 4)) == "<U+0000><U+007F><byte FF><byte C3>");
  REQUIRE(text::quoted("one\ntwo") == "'one<U+000A>two'");
  REQUIRE(text::quoted(std::string(59, 'x') + "ä") == "'" + std::string(59, 'x') + "...' (61 bytes)");
}

TEST_CASE("a beginning cuts no letter") {
  REQUIRE(text::beginning("abc", 3) == "abc");
  REQUIRE(text::beginning("abc", 2) == "ab");
  REQUIRE(text::beginning("a\xE2\x80\x93", 3) == "a");
  REQUIRE(text::beginning("\xE2\x80\x93", 1).empty());
}

TEST_CASE("a text is counted and cut by letters, a byte that is no UTF-8 being one") {
  const std::string odd = "a\u2013b\xFF\U0001D400";
  const text::LetterView letters(odd);
  REQUIRE(letters.size() == 5);
  REQUIRE(letters[1] == "\u2013");
  REQUIRE(letters[3] == "\xFF");
  REQUIRE(letters.between(1, 3) == "\u2013b");
  REQUIRE(letters.between(4, 5) == "\U0001D400");
  REQUIRE(letters.between(5, 5).empty());
  REQUIRE(text::LetterView("").empty());
  for (std::size_t length = 0; length < 20; ++length) {
    const std::string plain(length, 'x');
    REQUIRE(text::is_ascii(plain));
    REQUIRE(text::LetterView(plain).size() == length);
    for (std::size_t at = 0; at < length; ++at) {
      std::string one = plain;
      one.replace(at, 1, "\u00E9");
      REQUIRE_FALSE(text::is_ascii(one));
      REQUIRE(text::LetterView(one).size() == length);
    }
  }
}

TEST_CASE("letters have names by which they can be told apart") {
  REQUIRE(text::letter_name("X") == "'X'");
  REQUIRE(text::letter_name("\n") == "line end");
  REQUIRE(text::letter_name(" ") == "blank");
  REQUIRE(text::letter_name("\u00A0") == "U+00A0 (no-break space)");
  REQUIRE(text::letter_name("\u200B") == "U+200B (zero width space)");
  REQUIRE(text::letter_name("\u2013") == "'\u2013' (U+2013)");
  REQUIRE(text::letter_name("\u2062") == "U+2062");
  REQUIRE(text::letter_name("\x96") == "<byte 96>");
}
