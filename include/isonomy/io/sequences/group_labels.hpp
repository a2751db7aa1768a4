// How a table writes the labels of the two groups: numbers, texts, true and false.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/io/text/numbers.hpp"

namespace isonomy::io {

/// The labels of the two groups, and of rows and residues that belong to neither and are left out.
struct GroupLabels {
  std::string test = "1", reference = "0";
  std::optional<std::string> ignored{};
};

/// What a label says.
enum class Group : int { ignored = -1, reference = 0, test = 1 };

/// A label of a list as it is meant, without the quotes that Python writes around texts: ['E', 'B'].
[[nodiscard]] constexpr std::string_view unquoted_label(std::string_view field) noexcept {
  const std::string_view label = text::without_blanks_around(field);
  const bool quoted = label.size() > 1 && label.front() == label.back() && (label[0] == '\'' || label[0] == '"');
  return quoted ? label.substr(1, label.size() - 2) : field;
}

/// Reads labels. Two are the same if their texts are, blanks around them apart, or if they are the same whole number,
/// for which "1.0" and "true", however it is capitalised, stand as well.
class GroupReader {
 public:
  /// ValueError if two of the labels are the same.
  explicit GroupReader(const GroupLabels& labels = {}) {
    add(labels.test, "label_test", Group::test);
    add(labels.reference, "label_ref", Group::reference);
    if (labels.ignored) add(*labels.ignored, "label_ignore", Group::ignored);
  }

  /// The group of that label, or nothing.
  [[nodiscard]] std::optional<Group> find(std::string_view label) const {
    label = text::without_blanks_around(label);
    for (std::size_t k = 0; k < count_; ++k)
      if (known_[k].text == label) return known_[k].group;
    if (const auto number = number_of(label))
      for (std::size_t k = 0; k < count_; ++k)
        if (known_[k].number == number) return known_[k].group;
    return std::nullopt;
  }

  /// The same. IoError naming the labels there are for another one; `where` says more of its place, as " at residue 3".
  [[nodiscard]] Group read(std::string_view label, const CellPlace& place, std::string_view where = "") const {
    if (const auto group = find(label)) return *group;
    std::string expected;
    for (std::size_t k = 0; k < count_; ++k)
      expected += text::joined(k == 0           ? ""
                               : k + 1 < count_ ? ", "
                                                : " or ",
                               known_[k].text.empty() ? "''" : known_[k].text, " (", known_[k].name, ")");
    const bool ignores = known_[count_ - 1].group == Group::ignored;
    throw IoError(std::string(place.path), place.line,
                  text::joined("column '", place.column, "' is ", text::quoted(label), where, "; expected ", expected,
                               ignores ? "; drop the row or name other labels"
                                       : "; drop the row, name other labels, or set label_ignore to leave it out"));
  }

 private:
  struct Known {
    std::string text, name;
    Group group = Group::reference;
    std::optional<std::int64_t> number{};
  };

  void add(std::string_view label, const char* name, Group group) {
    label = text::without_blanks_around(label);
    for (std::size_t k = 0; k < count_; ++k)
      if (find(label) == known_[k].group)
        throw ValueError(text::joined("GroupLabels: ", known_[k].name, "=", known_[k].text, " and ", name, "=", label,
                                      " are the same; expected two different labels; name the label of each group"));
    known_[count_++] = {std::string(label), name, group, number_of(label)};
  }

  static std::optional<std::int64_t> number_of(std::string_view label) {
    const auto is = [label](std::string_view word) {
      return std::equal(label.begin(), label.end(), word.begin(), word.end(),
                        [](char a, char b) { return a == b || a == b - 'a' + 'A'; });
    };
    if (is("true")) return 1;
    if (is("false")) return 0;
    std::int64_t value = 0;
    return read_integer(label, value) == std::errc() ? std::optional(value) : std::nullopt;
  }

  Known known_[3];
  std::size_t count_ = 0;
};

}  // namespace isonomy::io
