// The rows of the benchmark: what is timed, on which numbers, and which of the results are compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/core/random.hpp"
#include "library.hpp"

namespace isonomy::dense {

/// One operation at every size. A further one is an entry in rows() and a member of Library that libraries fill in.
template <class T>
struct Row {
  std::string name;
  std::function<double(index_t n)> flops;
  index_t count = 1;      ///< matrices in an input and in the output
  bool definite = false;  ///< inputs are symmetric and positive definite
  bool lower = false;     ///< only lower triangles are compared
  bool in_place = false;  ///< the output begins as a copy of the first input, which is not timed
  /// Null where the library does not have the operation.
  std::function<std::function<void(index_t n, const T* a, const T* b, T* out)>(const Library<T>&)> of;
};

/// The call of `form`, or null where there is none.
template <class T, class Form, class Call>
std::function<void(index_t, const T*, const T*, T*)> if_offered(const Form& form, const Call& call) {
  if (!form) return nullptr;
  return [=](index_t n, const T* a, const T* b, T* out) { call(form, n, a, b, out); };
}

template <class T>
[[nodiscard]] std::vector<Row<T>> rows() {
  const auto cubes = [](double factor) {
    return [factor](index_t n) { return factor * std::pow(static_cast<double>(n), 3); };
  };
  constexpr index_t batch = 51;
  return {
      {.name = "gemm",
       .flops = cubes(2),
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.gemm,
                                  [](const auto& f, index_t n, const T* a, const T* b, T* c) { f(n, a, b, c); });
           }},
      {.name = "syrk",
       .flops = cubes(1),
       .lower = true,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.syrk, [](const auto& f, index_t n, const T* a, const T*, T* c) { f(n, a, c); });
           }},
      {.name = "potrf",
       .flops = cubes(1. / 3),
       .definite = true,
       .lower = true,
       .in_place = true,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.potrf, [](const auto& f, index_t n, const T*, const T*, T* c) { f(n, c); });
           }},
      {.name = "potrf x 51",
       .flops = cubes(batch / 3.),
       .count = batch,
       .definite = true,
       .lower = true,
       .in_place = true,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.potrf_batch,
                                  [](const auto& f, index_t n, const T*, const T*, T* c) { f(n, batch, c); });
           }},
  };
}

/// `count` copies of a matrix of numbers between -1 and 1; `definite`: symmetric and dominated by its diagonal.
template <class T>
[[nodiscard]] std::vector<T> numbers(index_t n, index_t count, std::uint64_t seed, bool definite) {
  std::vector<T> matrix(static_cast<std::size_t>(n * n)), out;
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] = static_cast<T>(2 * random_unit(seed, i) - 1);
  if (definite)
    for (index_t j = 0; j < n; ++j) {
      T* const column = matrix.data() + j * n;
      column[j] = static_cast<T>(n);
      for (index_t i = 0; i < j; ++i) column[i] = matrix[static_cast<std::size_t>(i * n + j)];
    }
  for (index_t b = 0; b < count; ++b) out.insert(out.end(), matrix.begin(), matrix.end());
  return out;
}

/// The largest difference of two results over the largest magnitude in the first; infinite if a number is none.
template <class T>
[[nodiscard]] double difference(const Row<T>& row, index_t n, const std::vector<T>& x, const std::vector<T>& y) {
  double largest = 0, apart = 0;
  for (index_t e = 0; e < row.count * n * n; ++e) {
    const index_t i = e % n, j = e / n % n;
    if (row.lower && i < j) continue;
    const double a = double{x[static_cast<std::size_t>(e)]}, b = double{y[static_cast<std::size_t>(e)]};
    largest = std::max(largest, std::abs(a));
    apart = std::max(apart, std::isfinite(a - b) ? std::abs(a - b) : std::numeric_limits<double>::infinity());
  }
  return apart / (largest > 0 ? largest : 1);
}

}  // namespace isonomy::dense
