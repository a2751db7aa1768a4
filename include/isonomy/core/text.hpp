// Text in messages, ids and cells: quoted, listed, cut into fields, read as whole numbers.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isonomy::text {

/// `s` in single quotes, cut after 60 bytes so that a message stays readable.
inline std::string quoted(std::string_view s) {
  constexpr std::size_t longest = 60;
  std::string out(1, '\'');
  out.append(s.substr(0, longest));
  if (s.size() <= longest) return out.append("'");
  return out.append("...' (").append(std::to_string(s.size())).append(" bytes)");
}

/// The elements of `list`, which are convertible to a view or are numbers, joined by ", "; at most `most` of them.
template <class Range>
std::string listed(const Range& list, std::size_t most = 10) {
  std::string out;
  std::size_t n = 0;
  for (const auto& x : list) {
    if (n == most) return out + ", ...";
    if (n++ > 0) out += ", ";
    if constexpr (requires { std::string_view(x); })
      out += std::string_view(x);
    else
      out += std::to_string(x);
  }
  return out;
}

/// The shortest decimals that read back to the same double: "0.2", "1e-06".
inline std::string decimals(double x) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof(text), x).ptr};
}

/// `s` without blanks and tabs.
inline std::string without_blanks(std::string_view s) {
  std::string out;
  for (const char c : s)
    if (c != ' ' && c != '\t') out += c;
  return out;
}

/// The fields of `s` between the separators: one more than there are separators.
inline std::vector<std::string_view> fields(std::string_view s, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = s.find(separator);
    out.push_back(s.substr(0, at));
    if (at == std::string_view::npos) return out;
    s.remove_prefix(at + 1);
  }
}

/// The whole of `s` as a decimal integer that fits an int, else nothing.
inline std::optional<int> whole_number(std::string_view s) {
  int value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || error != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return value;
}

}  // namespace isonomy::text
