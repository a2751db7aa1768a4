// Test data of the conformance kit: kinds of numbers, layouts with guarded gaps, and their way to a backend and back.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/view.hpp"

namespace isonomy::conformance {

/// Kinds of numbers, each a known way to go wrong. `wide` needs every bit of its type: a detour through a narrower one
/// shows.
enum class Data { random, ties, denormal, mixed, nan, duplicates, wide };
inline constexpr std::array all_data{Data::random, Data::ties,       Data::denormal, Data::mixed,
                                     Data::nan,    Data::duplicates, Data::wide};

[[nodiscard]] constexpr const char* name(Data d) {
  constexpr std::array names{"random", "ties", "denormal", "mixed", "nan", "duplicates", "wide"};
  return names[static_cast<std::size_t>(d)];
}

/// The kinds that make sense for a type: integers have neither denormals nor NaN.
template <class T>
[[nodiscard]] std::vector<Data> kinds_of_data() {
  if constexpr (Real<T>)
    return {all_data.begin(), all_data.end()};
  else
    return {Data::random, Data::ties, Data::mixed, Data::duplicates, Data::wide};
}

/// A NaN of either sign with `payload` among its bits.
template <Real T>
[[nodiscard]] T nan_with(std::uint32_t payload, bool negative) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const auto bits = std::bit_cast<Bits>(std::numeric_limits<T>::quiet_NaN());
  return std::bit_cast<T>(
      static_cast<Bits>(bits | (payload & 0xffffu) | (negative ? Bits{1} << (8 * sizeof(T) - 1) : 0)));
}

/// Element `e` of a stream. Integers take random, ties, duplicates and, for `mixed`, the ends of their range.
template <class T>
[[nodiscard]] T draw(Data kind, std::uint64_t seed, index_t e) {
  if (kind == Data::duplicates) return draw<T>(Data::random, seed, e / 3 * 3);
  const double u = random_unit(seed, static_cast<std::uint64_t>(e)),
               v = random_unit(seed, static_cast<std::uint64_t>(e), 1);
  if constexpr (Real<T>) {
    switch (kind) {
    case Data::ties: return static_cast<T>(std::floor(5 * u) - 2) * (v < 0.5 ? T{1} : T{-1});  // with both zeros
    case Data::denormal: return static_cast<T>(std::floor(2000 * u) - 1000) * std::numeric_limits<T>::denorm_min();
    case Data::mixed: {
      constexpr int decades = std::numeric_limits<T>::max_exponent10 / 4;  // products and their sums stay finite
      return static_cast<T>((v < 0.5 ? 1 : -1) * std::pow(10.0, (2 * u - 1) * decades));
    }
    case Data::nan:
      if (v < 0.06) return nan_with<T>(static_cast<std::uint32_t>(65536 * u), v < 0.03);
      if (v < 0.10) return (u < 0.5 ? 1 : -1) * std::numeric_limits<T>::infinity();
      return static_cast<T>(2 * u - 1);
    case Data::wide:
      return (v < 0.5 ? 1 : -1) * (1 + static_cast<T>(std::floor(64 * u)) * std::numeric_limits<T>::epsilon());
    default: return static_cast<T>(2 * u - 1);
    }
  } else {
    const double low = std::numeric_limits<T>::is_signed ? -1 : 0;
    switch (kind) {
    case Data::ties: return static_cast<T>(std::floor(5 * u) + 2 * low);
    case Data::mixed:
      return v < 0.3 ? std::numeric_limits<T>::min() : v < 0.6 ? std::numeric_limits<T>::max() : static_cast<T>(9 * u);
    // Beyond what a double (for 64 bits), a float or, without sign, an int32 tells apart; a few dozen add up within T.
    case Data::wide: {
      constexpr T base = sizeof(T) == 8                      ? T(std::int64_t{1} << 54)
                         : std::numeric_limits<T>::is_signed ? T(1 << 25)
                                                             : T(1) << 31;
      return static_cast<T>(base + static_cast<T>(std::floor(64 * u)));
    }
    default: return static_cast<T>(std::floor(1000 * u) + 500 * low);  // squares of 12,000 add up within an int
    }
  }
}

/// How a matrix lies in memory; `spaced` has gaps between neighbours in both directions.
enum class Layout { column, row, padded_column, padded_row, spaced };
inline constexpr std::array all_layouts{Layout::column, Layout::row, Layout::padded_column, Layout::padded_row,
                                        Layout::spaced};

[[nodiscard]] constexpr const char* name(Layout l) {
  constexpr std::array names{"column", "row", "padded column", "padded row", "spaced"};
  return names[static_cast<std::size_t>(l)];
}

/// A host matrix (a vector is one column) in storage whose gaps hold a guard value.
template <class T>
struct Operand {
  static constexpr T guard = T(77);

  std::vector<T> storage = {};
  index_t offset = 0, rows = 0, columns = 0, row_stride = 1, column_stride = 0;

  Operand() = default;
  Operand(index_t m, index_t n, Layout layout) : rows(m), columns(n) {
    switch (layout) {
    case Layout::column: row_stride = 1, column_stride = m; break;
    case Layout::row: row_stride = n, column_stride = 1; break;
    case Layout::padded_column: row_stride = 1, column_stride = m + 3, offset = 2; break;
    case Layout::padded_row: row_stride = n + 5, column_stride = 1, offset = 3; break;
    case Layout::spaced: row_stride = 2, column_stride = 2 * m + 1, offset = 1; break;
    }
    const bool empty = m == 0 || n == 0;
    const index_t span = empty ? 0 : (m - 1) * row_stride + (n - 1) * column_stride + 1;
    storage.assign(static_cast<std::size_t>(offset + span + 4), guard);
  }
  /// A vector with the given stride, 0 for one element in all places. Every fourth size starts where the allocation
  /// does, aligned for any loop.
  Operand(index_t size, index_t stride) : rows(size), columns(1), row_stride(stride), column_stride(1) {
    offset = size % 4 == 3 ? 0 : 2;
    storage.assign(static_cast<std::size_t>(offset + (size > 0 ? (size - 1) * stride + 1 : 0) + 4), guard);
  }

  Operand& fill(Data kind, std::uint64_t seed) {
    for (index_t j = 0; j < columns; ++j)
      for (index_t i = 0; i < rows; ++i) (*this)(i, j) = draw<T>(kind, seed, j * rows + i);
    return *this;
  }
  Operand& fill(T value) {
    for (index_t j = 0; j < columns; ++j)
      for (index_t i = 0; i < rows; ++i) (*this)(i, j) = value;
    return *this;
  }
  [[nodiscard]] bool has_gaps() const { return storage.size() != static_cast<std::size_t>(rows * columns); }
  /// The same elements between other gaps: who copies gaps too would write what an output's gaps hold already.
  [[nodiscard]] Operand with_other_gaps() const {
    Operand other = *this;
    if constexpr (std::is_arithmetic_v<T>) {
      if constexpr (Real<T>)
        std::fill(other.storage.begin(), other.storage.end(), std::numeric_limits<T>::quiet_NaN());
      else
        std::fill(other.storage.begin(), other.storage.end(), T(99));
      for (index_t j = 0; j < columns; ++j)
        for (index_t i = 0; i < rows; ++i) other(i, j) = (*this)(i, j);
    }
    return other;
  }
  /// The elements of a storage that came back, between the gaps that are there.
  void take(const std::vector<T>& from) {
    for (index_t j = 0; j < columns; ++j)
      for (index_t i = 0; i < rows; ++i) (*this)(i, j) = from[static_cast<std::size_t>(at(i, j))];
  }
  [[nodiscard]] MatrixView<const T> elements() const {
    return {storage.data() + offset, rows, columns, row_stride, column_stride};
  }
  /// Of a vector.
  [[nodiscard]] VectorView<const T> line() const { return {storage.data() + offset, rows, row_stride}; }
  [[nodiscard]] index_t at(index_t i, index_t j) const { return offset + i * row_stride + j * column_stride; }
  T& operator()(index_t i, index_t j = 0) { return storage[static_cast<std::size_t>(at(i, j))]; }
  const T& operator()(index_t i, index_t j = 0) const { return storage[static_cast<std::size_t>(at(i, j))]; }
};

/// The values themselves, without gaps and guards.
template <class T>
[[nodiscard]] Operand<T> contiguous(const std::vector<T>& values) {
  Operand<T> o;
  o.storage = values;
  o.rows = static_cast<index_t>(values.size());
  o.columns = 1;
  return o;
}

/// An operand in the memory of a backend.
template <class Tag, class T>
class Uploaded {
 public:
  using space = typename Backend<Tag>::space;

  Uploaded(Context<Tag>& ctx, const Operand<T>& o)
      : buffer_(to_device(ctx, o.storage)), offset_(o.offset), rows_(o.rows), columns_(o.columns),
        row_stride_(o.row_stride), column_stride_(o.column_stride) {}

  [[nodiscard]] MatrixView<T, space> matrix() {
    return {buffer_.data() + offset_, rows_, columns_, row_stride_, column_stride_};
  }
  [[nodiscard]] VectorView<T, space> vector() { return {buffer_.data() + offset_, rows_, row_stride_}; }
  /// The whole storage, gaps included.
  [[nodiscard]] std::vector<T> fetch(Context<Tag>& ctx) const { return to_host(ctx, buffer_); }

 private:
  Buffer<T, Tag> buffer_;
  index_t offset_, rows_, columns_, row_stride_, column_stride_;
};

}  // namespace isonomy::conformance
