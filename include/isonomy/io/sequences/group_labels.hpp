// How a table writes the labels of the two groups: numbers, texts, true and false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

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

/// Reads labels. Two are the same if their texts are, blanks around them apart, or if they are the same whole number,
/// for which "1.0" and "true" stand as well.
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
    label = without_blanks_around(label);
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
      expected += text::joined(k == 0 ? "" : k + 1 < count_ ? ", " : " or ", known_[k].text, " (", known_[k].name, ")");
    throw IoError(std::string(place.path), place.line,
                  text::joined("column '", place.column, "' is ", text::quoted(label), where, "; expected ", expected,
                               "; drop the row or name other labels"));
  }

 private:
  struct Known {
    std::string text, name;
    Group group = Group::reference;
    std::optional<std::int64_t> number{};
  };

  void add(std::string_view label, const char* name, Group group) {
    label = without_blanks_around(label);
    for (std::size_t k = 0; k < count_; ++k)
      if (find(label) == known_[k].group)
        throw ValueError(text::joined("GroupLabels: ", known_[k].name, "=", known_[k].text, " and ", name, "=", label,
                                      " are the same; expected two different labels; name the label of each group"));
    known_[count_++] = {std::string(label), name, group, number_of(label)};
  }

  static std::string_view without_blanks_around(std::string_view s) {
    while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
    while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
    return s;
  }

  static std::optional<std::int64_t> number_of(std::string_view label) {
    for (const auto& [name, number] :
         {std::pair{"true", 1}, {"True", 1}, {"TRUE", 1}, {"false", 0}, {"False", 0}, {"FALSE", 0}})
      if (label == name) return number;
    std::int64_t value = 0;
    return read_integer(label, value) == std::errc() ? std::optional(value) : std::nullopt;
  }

  Known known_[3];
  std::size_t count_ = 0;
};

}  // namespace isonomy::io
