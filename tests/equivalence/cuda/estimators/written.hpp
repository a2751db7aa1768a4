// Results as text in which every bit of a number shows.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::test {

/// Words behind one another, numbers in as many decimals as tell them apart.
class Written {
 public:
  template <class Number>
  requires std::is_arithmetic_v<Number> || std::is_enum_v<Number> Written& add(Number x) {
    if constexpr (std::is_floating_point_v<Number>)
      return add(text::decimals(static_cast<double>(x)));
    else
      return add(text::joined(static_cast<long long>(x)));
  }
  Written& add(std::string_view word) {
    text_ += text_.empty() ? "" : " ";
    text_ += word;
    return *this;
  }
  Written& add(const std::string& word) { return add(std::string_view(word)); }
  Written& add(const char* word) { return add(std::string_view(word)); }
  /// How many, and then each.
  template <class T>
  Written& add(const std::vector<T>& all) {
    add(all.size());
    for (const T& x : all) add(x);
    return *this;
  }
  /// What a report says of the result, not of the run.
  Written& add(const Report& report) {
    add(report.estimator).add(report.warnings);
    for (const Decision& d : report.decisions) add(d.decision).add(d.value).add(d.margin);
    return *this;
  }
  /// The same where margins come from a matrix product, whose last bits are the vendor's.
  Written& add_with_margins_of_products(Report report) {
    constexpr double resolution = 1e-9;
    for (Decision& d : report.decisions) d.margin = std::rint(d.margin / resolution);
    return add(report);
  }
  template <class First, class Second, class... More>
  Written& add(const First& first, const Second& second, const More&... more) {
    add(first).add(second);
    (add(more), ...);
    return *this;
  }

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace isonomy::test
