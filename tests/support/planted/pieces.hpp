// The memory behind the arguments of any operation, without types: what generated faults read and spoil.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "isonomy/core/view.hpp"
#include "isonomy/ops/mixture/kernels/nearest.hpp"
#include "isonomy/ops/mixture/kernels/terms.hpp"
#include "isonomy/ops/mixture/kernels/weighted.hpp"
#include "isonomy/ops/residue/problem.hpp"

namespace isonomy::test {

enum class Number { f32, f64, i32, i64, u32, u64, other };
template <class T>
inline constexpr Number number_of = std::is_same_v<T, float>           ? Number::f32
                                    : std::is_same_v<T, double>        ? Number::f64
                                    : std::is_same_v<T, std::int32_t>  ? Number::i32
                                    : std::is_same_v<T, std::int64_t>  ? Number::i64
                                    : std::is_same_v<T, std::uint32_t> ? Number::u32
                                    : std::is_same_v<T, std::uint64_t> ? Number::u64
                                                                       : Number::other;

/// One operand: a batch of matrices of any strides.
struct Piece {
  std::byte* data = nullptr;
  std::size_t size = 0;  ///< bytes of an element
  Number number = Number::other;
  bool input = true;
  index_t batches = 1, rows = 0, columns = 1;
  index_t batch_stride = 0, row_stride = 1, column_stride = 0;

  [[nodiscard]] bool empty() const { return batches == 0 || rows == 0 || columns == 0; }
  [[nodiscard]] index_t elements() const { return batches * rows * columns; }
  [[nodiscard]] std::byte* at(index_t b, index_t i, index_t j) const {
    return data + static_cast<index_t>(size) * (b * batch_stride + i * row_stride + j * column_stride);
  }
  [[nodiscard]] std::byte* first() const { return data; }
  [[nodiscard]] std::byte* last() const { return at(batches - 1, rows - 1, columns - 1); }
  /// f(address) for every element.
  template <class F>
  void each(const F& f) const {
    for (index_t b = 0; b < batches; ++b)
      for (index_t j = 0; j < columns; ++j)
        for (index_t i = 0; i < rows; ++i) f(at(b, i, j));
  }
  [[nodiscard]] std::vector<std::byte> bytes() const {
    std::vector<std::byte> all;
    all.reserve(static_cast<std::size_t>(elements()) * size);
    each([&](const std::byte* p) { all.insert(all.end(), p, p + size); });
    return all;
  }
  void restore(const std::vector<std::byte>& all) const {
    std::size_t n = 0;
    each([&](std::byte* p) { std::memcpy(p, all.data() + size * n++, size); });
  }
};

template <class T>
[[nodiscard]] Piece piece(T* data, index_t rows, index_t row_stride = 1, index_t columns = 1,
                          index_t column_stride = 0) {
  Piece p;
  p.data = reinterpret_cast<std::byte*>(const_cast<std::remove_const_t<T>*>(data));
  p.size = sizeof(T);
  p.number = number_of<std::remove_const_t<T>>;
  p.input = std::is_const_v<T>;
  p.rows = rows, p.columns = columns, p.row_stride = row_stride, p.column_stride = column_stride;
  return p;
}

using Pieces = std::vector<Piece>;

template <class T>
void add_pieces(Pieces&, const T&) {}  // functors, orders and plain values
template <class T, class S>
void add_pieces(Pieces& out, const VectorView<T, S>& v) {
  out.push_back(piece(v.data, v.size, v.stride));
}
template <class T, class S>
void add_pieces(Pieces& out, const MatrixView<T, S>& m) {
  out.push_back(piece(m.data, m.rows, m.row_stride, m.columns, m.column_stride));
}
template <class T, class S>
void add_pieces(Pieces& out, const BatchView<T, S>& b) {
  out.push_back(piece(b.data, b.rows, b.row_stride, b.columns, b.column_stride));
  out.back().batches = b.batches, out.back().batch_stride = b.batch_stride;
}
template <class T>
void add_pieces(Pieces& out, const std::span<T>& s) {
  out.push_back(piece(s.data(), static_cast<index_t>(s.size())));
}
template <class S>
void add_pieces(Pieces& out, const RankProblem<S>& p) {
  const index_t n = p.scales.scales;
  for (const Piece& q : {piece(p.scales.numerators, n * max_residue_codes), piece(p.scales.denominators, n),
                         piece(p.scales.values, n * max_residue_codes), piece(p.scales.single, n * max_residue_codes)})
    out.push_back(q);
  const ResidueBlock& b = p.blocks.back();
  out.push_back(piece(b.rows.codes, b.rows.rows));
  out.push_back(piece(b.split.positions, b.split.slots));
  add_pieces(out, p.blocks);
  add_pieces(out, p.groups);
  add_pieces(out, p.scale_numbers);
  add_pieces(out, p.numerators);
  add_pieces(out, p.denominators);
}
template <class S>
void add_pieces(Pieces& out, const FeatureProblem<S>& p) {
  const index_t n = p.scales.scales;
  for (const Piece& q : {piece(p.scales.numerators, n * max_residue_codes), piece(p.scales.denominators, n),
                         piece(p.scales.values, n * max_residue_codes), piece(p.scales.single, n * max_residue_codes)})
    out.push_back(q);
  out.push_back(piece(p.groups[0].codes, p.groups[0].rows));
  out.push_back(piece(p.slots[0].positions, p.slots[0].slots));
  out.push_back(piece(p.groups, p.group_count));
  out.push_back(piece(p.places, p.rows));
  out.push_back(piece(p.requests, p.features));
}
inline void add_pieces(Pieces& out, const NormalComponents& term) {
  for (const double* p : {term.log_peaks, term.means, term.curvatures}) out.push_back(piece(p, term.components));
}
inline void add_pieces(Pieces& out, const MultivariateNormals& term) {
  out.push_back(piece(term.log_peaks, term.components));
  out.push_back(piece(term.means, index_t{term.components} * term.dimensions));
  out.push_back(
      piece(term.factors, index_t{term.factor_size()} * (term.covariance == Covariance::tied ? 1 : term.components)));
}
inline void add_pieces(Pieces& out, const NearestCentres& term) {
  out.push_back(piece(term.at, index_t{term.components} * term.dimensions));
}
template <class Term>
void add_pieces(Pieces& out, const Weighted<Term>& weighted) {
  add_pieces(out, weighted.term);
}

/// Inputs and outputs of a call, in the order of its arguments.
template <class... A>
[[nodiscard]] Pieces pieces_of(const std::tuple<A...>& arguments) {
  Pieces out;
  std::apply([&](const auto&... a) { (add_pieces(out, a), ...); }, arguments);
  return out;
}
/// The n-th input that is not empty, or none.
[[nodiscard]] inline const Piece* input_of(const Pieces& pieces, index_t n) {
  for (const Piece& p : pieces)
    if (p.input && n-- == 0) return p.empty() ? nullptr : &p;
  return nullptr;
}
[[nodiscard]] inline const Piece* output_of(const Pieces& pieces) {
  for (const Piece& p : pieces)
    if (!p.input && !p.empty()) return &p;
  return nullptr;
}

template <class T, class F>
void replace(std::byte* at, const F& f) {
  T x;
  std::memcpy(&x, at, sizeof x);
  x = f(x);
  std::memcpy(at, &x, sizeof x);
}

/// x through the next narrower type: double through float, 64 bits through a double, 32 bits through a float.
inline void narrow_number(Number number, std::byte* at) {
  switch (number) {
  case Number::f32:
    replace<float>(at, [](float x) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xfffff000u); });
    break;
  case Number::f64: replace<double>(at, [](double x) { return static_cast<double>(static_cast<float>(x)); }); break;
  case Number::i32:
    replace<std::int32_t>(at, [](std::int32_t x) {
      return static_cast<std::int32_t>(static_cast<std::int64_t>(static_cast<float>(x)) >
                                               std::numeric_limits<std::int32_t>::max()
                                           ? x
                                           : static_cast<std::int32_t>(static_cast<float>(x)));
    });
    break;
  case Number::i64:
    replace<std::int64_t>(at, [](std::int64_t x) { return static_cast<std::int64_t>(static_cast<std::int32_t>(x)); });
    break;
  case Number::u32: replace<std::uint32_t>(at, [](std::uint32_t x) { return x & 0xffffu; }); break;
  case Number::u64: replace<std::uint64_t>(at, [](std::uint64_t x) { return x & 0xffffffffu; }); break;
  case Number::other: break;
  }
}
template <class F>
void replace_real(Number number, std::byte* at, const F& f) {
  if (number == Number::f32) replace<float>(at, f);
  if (number == Number::f64) replace<double>(at, f);
}

}  // namespace isonomy::test
