// What one call of an operation left in memory, without types: the bytes of every operand and what may be said of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/core/concepts.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance {

/// FNV-1a, byte by byte: a hash that is the same everywhere.
class Hash {
 public:
  void add(std::byte b) { value_ = (value_ ^ static_cast<std::uint64_t>(b)) * 0x100000001b3u; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};
[[nodiscard]] inline std::uint64_t hash_of(const std::string& text) {
  Hash hash;
  for (const char c : text) hash.add(static_cast<std::byte>(c));
  return hash.value();
}

/// What an operand is to the call. An `input` must keep every byte; an `output` is compared with the reference; `moved`
/// is an output whose elements are copies of inputs, so that NaNs must arrive with their payloads.
enum class Role { input, output, moved };

/// How the elements of a storage are compared.
enum class Element { binary32, binary64, integer };

template <class T>
inline constexpr Element element_of = std::is_same_v<T, float>    ? Element::binary32
                                      : std::is_same_v<T, double> ? Element::binary64
                                                                  : Element::integer;

/// The bytes of one operand after a call, gaps included.
struct Storage {
  std::string name;
  Role role = Role::output;
  Element element = Element::integer;
  std::vector<std::byte> bytes = {};

  template <class T>
  Storage(std::string what, Role as, const std::vector<T>& values)
      : name(std::move(what)), role(as), element(element_of<T>), bytes(values.size() * sizeof(T)) {
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  }
  template <class T>
  [[nodiscard]] std::vector<T> as() const {
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
  }
};

namespace detail {
template <class T>
[[nodiscard]] bool equal_numbers(const Storage& a, const Storage& b) {
  const std::vector<T> x = a.as<T>(), y = b.as<T>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool same = x[i] == y[i] ? std::signbit(x[i]) == std::signbit(y[i]) : x[i] != x[i] && y[i] != y[i];
    if (!same) return false;
  }
  return true;
}
}  // namespace detail

/// The same bits; where the payload of a NaN is the processor's choice, any NaN equals any NaN.
[[nodiscard]] inline bool same_storage(const Storage& a, const Storage& b) {
  if (a.bytes == b.bytes) return true;
  if (a.bytes.size() != b.bytes.size() || a.role != Role::output || a.element == Element::integer) return false;
  return a.element == Element::binary32 ? detail::equal_numbers<float>(a, b) : detail::equal_numbers<double>(a, b);
}

/// Everything one call left behind.
class Outcome {
 public:
  void add(Storage storage) { storages_.push_back(std::move(storage)); }
  [[nodiscard]] const Storage& operator[](std::size_t i) const { return storages_[i]; }

  /// The elements of the operand that was registered by this name.
  template <class T>
  [[nodiscard]] std::vector<T> of(const char* name) const {
    for (const Storage& s : storages_)
      if (s.name == name) return s.as<T>();
    throw ValueError(
        text::joined("conformance: a row asks for an operand '", name, "' that its call did not register"));
  }
  /// The name of the first operand that differs from `other`'s, or nothing.
  [[nodiscard]] std::string difference(const Outcome& other) const {
    for (std::size_t i = 0; i < storages_.size(); ++i)
      if (i >= other.storages_.size() || !same_storage(storages_[i], other.storages_[i])) return storages_[i].name;
    return {};
  }
  /// A hash of all integer outputs (decisions) or of all others (bits).
  [[nodiscard]] std::uint64_t fingerprint(bool of_integers) const {
    Hash hash;
    for (const Storage& s : storages_)
      if (s.role != Role::input && (s.element == Element::integer) == of_integers)
        for (const std::byte b : s.bytes) hash.add(b);
    return hash.value();
  }

 private:
  std::vector<Storage> storages_;
};

}  // namespace isonomy::conformance
