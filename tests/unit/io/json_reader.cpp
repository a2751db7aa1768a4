// What the JSON reader takes, and every way in which a file can fail to be JSON, with its place.
#include <string>
#include <utility>
#include <vector>

#include "isonomy/io/text/json.hpp"
#include "isonomy/io/text/json_reader.hpp"
#include "isonomy/io/text/source.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using isonomy::test::has;
using isonomy::test::message_of;

namespace {

io::JsonValue json_of(const std::string& text) { return io::read_json(io::Source::of_memory("x.json", text)); }

}  // namespace

TEST_CASE("JSON is read with the order of members, the digits of numbers and the lines of values", "[io]") {
  using Kind = io::JsonValue::Kind;
  const io::JsonValue v = json_of(
      "\xEF\xBB\xBF{ \"z\": [1, -0.50e+1, 123456789012345678901234567890],\r\n\t\"a\": {\"t\": true, \"f\": false},\r"
      "\"\": null,\n\n \"s\": \"\\u00e9\\ud835\\uDC00 \\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\xE2\x80\x93\"}\n");
  CHECK(v.kind == Kind::object);
  CHECK(v.keys == std::vector<std::string>{"z", "a", "", "s"});
  REQUIRE(v.find("z") != nullptr);
  REQUIRE(v.find("z")->elements.size() == 3);
  CHECK(v.find("z")->elements[1].text == "-0.50e+1");
  CHECK(v.find("z")->elements[2].text == "123456789012345678901234567890");
  CHECK(v.find("a")->find("t")->truth);
  CHECK((v.find("a")->find("f")->kind == Kind::boolean && !v.find("a")->find("f")->truth));
  CHECK(v.find("")->kind == Kind::null);
  CHECK(v.find("s")->text == std::string("\u00E9\U0001D400 \"\\/\b\f\n\r\t") + std::string(1, '\0') + "\u2013");
  CHECK(v.find("missing") == nullptr);
  CHECK(v.find("s")->find("s") == nullptr);
  CHECK((v.line == 1 && v.find("a")->line == 2 && v.find("")->line == 3 && v.find("s")->line == 5));
  CHECK(json_of("7").text == "7");
  CHECK((json_of("[]").elements.empty() && json_of(" { } ").keys.empty()));
}

TEST_CASE("what is written as JSON is read as it was", "[io]") {
  const std::string text = "plain \u2013 \" \\ \n \t \x01 \x7F";
  io::JsonWriter json;
  json.open_object().member("text", text).member("number", 0.1).member("whole", std::int64_t{-3}).close();
  const io::JsonValue v = json_of(json.text());
  CHECK(v.find("text")->text == text);
  CHECK(v.find("number")->text == "0.1");
  CHECK(v.find("whole")->text == "-3");
  const std::string deep = std::string(io::most_json_levels, '[') + std::string(io::most_json_levels, ']');
  CHECK(json_of(deep).kind == io::JsonValue::Kind::array);
}

TEST_CASE("JSON lines are read as one value each, which may go over several lines", "[io]") {
  const auto values = io::read_json_lines(io::Source::of_memory("x.json", "{\"a\": 1}\n\n[2,\n3]\r\n\"s\"\n"));
  REQUIRE(values.size() == 3);
  CHECK((values[0].line == 1 && values[1].line == 3 && values[2].line == 5));
  CHECK(values[1].elements.at(1).text == "3");
  CHECK(values[2].text == "s");
}

TEST_CASE("what is no JSON is refused with line, column and what was expected", "[io]") {
  const std::string levels(std::size_t{io::most_json_levels} + 1, '[');
  const std::vector<std::pair<std::string, std::string>> rows{
      {"{\"a\": 1", "x.json:2: column 1: the file ends; expected ',' or '}' after a member"},
      {"[1,\n 2", "x.json:3: column 1: the file ends; expected ',' or ']' after an element"},
      {" ", "x.json:2: column 1: the file ends; expected a value"},
      {"[1 2]", "x.json:1: column 4: '2'; expected ',' or ']' after an element"},
      {"[1,]", "column 4: ']'; expected a value"},
      {"[,1]", "column 2: ','; expected a value"},
      {"{\"a\": 1,}", "column 9: '}'; expected a key in double quotes"},
      {"{a: 1}", "column 2: 'a'; expected a key in double quotes"},
      {"{1: 1}", "column 2: '1'; expected a key in double quotes"},
      {"{\"a\" 1}", "column 6: '1'; expected ':' behind a key"},
      {"{\"a\": 1 \"b\": 2}", "column 9: '\"'; expected ',' or '}' after a member"},
      {"{\"\u00E4\": 1,\n \"b\": 2, \"\\u0062\": 3}", "x.json:2: column 10: the key 'b' stands twice in one object"},
      {"[1} ", "column 3: '}'; expected ',' or ']' after an element"},
      {"1 2", "column 3: '2'; expected nothing behind a value on its line"},
      {"{} ]", "column 4: ']'; expected nothing behind a value on its line"},
      {"{}\n\n[]", "x.json:3: a second value; expected nothing behind the first"},
      {"1\n2\n,", "x.json:3: column 1: ','; expected a value"},
      {"True", "column 1: 'T'; expected a value"},
      {"tru", "column 1: 't'; expected a value, such as true, false or null"},
      {"NaN", "column 1: 'N'; expected a value"},
      {"-Infinity", "column 2: 'I'; expected a digit"},
      {"'a'", "column 1: '''; expected a value"},
      {"// a\n1", "column 1: '/'; expected a value"},
      {"[01]", "column 3: '1'; expected no digit behind a leading 0"},
      {"[-]", "column 3: ']'; expected a digit"},
      {"[+1]", "column 2: '+'; expected a value"},
      {"[.5]", "column 2: '.'; expected a value"},
      {"[1.]", "column 4: ']'; expected a digit"},
      {"[1e]", "column 4: ']'; expected a digit"},
      {"[1e+]", "column 5: ']'; expected a digit"},
      {"[0x10]", "column 3: 'x'; expected ',' or ']' after an element"},
      {"[1_0]", "column 3: '_'; expected"},
      {"\"a", "column 3: the line ends; expected '\"' at the end of a string"},
      {"\"\u00E4\u00E4\nb\"", "x.json:1: column 4: the line ends; expected '\"'"},
      {"\"a\tb\"", "column 3: '<U+0009>'; expected '\"' at the end of a string, and control characters as escapes"},
      {"\"\\x41\"", "column 3: 'x'; expected one of \"\\/bfnrtu behind a backslash"},
      {"\"\\", "column 3: the line ends; expected one of"},
      {"\"\\u12g4\"", "column 6: 'g'; expected four hexadecimal digits"},
      {"\"\\u12", "column 6: the line ends; expected four hexadecimal digits"},
      {"\"\\ud835\"", "half of a pair of surrogates"},
      {"\"\\ud835\\n\"", "half of a pair of surrogates"},
      {"\"\\ud835\\u0041\"", "half of a pair of surrogates"},
      {"\"\\udc00\\ud835\"", "half of a pair of surrogates"},
      {levels, "column 101: too many objects and arrays inside each other; expected at most 100"},
      {"\u200B{}", "column 1: '<U+200B>'; expected a value"},
      {"\xC2\xA0{}", "column 1: '<U+00A0>'; expected a value"},
      {"", "x.json: the file is empty"},
      {std::string("[\0]", 3), "x.json:1: NUL byte at byte 1"},
      {"[\"\xFF\"]", "is not UTF-8"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    const std::string message = message_of<IoError>([&text = text] { static_cast<void>(json_of(text)); });
    INFO(message);
    CHECK(has(message, expected));
    CHECK(has(message, "x.json"));
  }
}
