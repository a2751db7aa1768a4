// The rows of the benchmark: what is timed, on which numbers, and which of the results are compared.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "judge.hpp"
#include "library.hpp"

namespace isonomy::dense {

/// One operation at every size. A further one is an entry in rows() and a member of Library that libraries fill in.
template <class T>
struct Row {
  enum class Output {
    new_matrix,
    copy_of_a,
    copy_of_b,
    spectral
  };  ///< copies are not timed; spectral: of A, with room

  std::string name;
  std::function<double(index_t n)> flops;
  Kind kind = Kind::general;
  index_t count = 1;      ///< matrices in an input and in the output
  index_t columns_b = 0;  ///< of the second input; 0: it has none, -1: n
  Output output = Output::new_matrix;
  /// Null where the library does not have the operation.
  std::function<std::function<void(index_t n, const T* a, const T* b, T* out)>(const Library<T>&)> of;
  /// Relative difference of a result from the first library's.
  std::function<double(index_t n, const std::vector<T>& a, const std::vector<T>& expected, const std::vector<T>& got)>
      difference;
};

/// The call of `form`, or null where there is none.
template <class T, class Form, class Call>
std::function<void(index_t, const T*, const T*, T*)> if_offered(const Form& form, const Call& call) {
  if (!form) return nullptr;
  return [=](index_t n, const T* a, const T* b, T* out) { call(form, n, a, b, out); };
}

/// A row of a form of n, A and the output.
template <class T>
[[nodiscard]] auto of_a(std::function<void(index_t, const T*, T*)> Library<T>::*form) {
  return [form](const Library<T>& l) {
    return if_offered<T>(l.*form, [](const auto& f, index_t n, const T* a, const T*, T* out) { f(n, a, out); });
  };
}

template <class T>
[[nodiscard]] double all_apart(index_t n, const std::vector<T>&, const std::vector<T>& expected,
                               const std::vector<T>& got) {
  return elements_apart(false, n, expected, got);
}
template <class T>
[[nodiscard]] double lower_apart(index_t n, const std::vector<T>&, const std::vector<T>& expected,
                                 const std::vector<T>& got) {
  return elements_apart(true, n, expected, got);
}

[[nodiscard]] inline std::function<double(index_t)> cubes(double factor) {
  return [factor](index_t n) { return factor * std::pow(static_cast<double>(n), 3); };
}

template <class T>
[[nodiscard]] std::vector<Row<T>> rows_of_products() {
  constexpr index_t batch = 51;
  using Output = typename Row<T>::Output;
  return {
      {.name = "gemm",
       .flops = cubes(2),
       .columns_b = -1,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.gemm,
                                  [](const auto& f, index_t n, const T* a, const T* b, T* c) { f(n, a, b, c); });
           },
       .difference = all_apart<T>},
      {.name = "syrk", .flops = cubes(1), .of = of_a<T>(&Library<T>::syrk), .difference = lower_apart<T>},
      {.name = "potrf",
       .flops = cubes(1. / 3),
       .kind = Kind::definite,
       .output = Output::copy_of_a,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.potrf, [](const auto& f, index_t n, const T*, const T*, T* c) { f(n, c); });
           },
       .difference = lower_apart<T>},
      {.name = "potrf x 51",
       .flops = cubes(batch / 3.),
       .kind = Kind::definite,
       .count = batch,
       .output = Output::copy_of_a,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.potrf_batch,
                                  [](const auto& f, index_t n, const T*, const T*, T* c) { f(n, batch, c); });
           },
       .difference = lower_apart<T>},
  };
}

template <class T>
[[nodiscard]] std::vector<Row<T>> rows_of_solvers() {
  using Output = typename Row<T>::Output;
  return {
      {.name = "trsm x 100",
       .flops = [](index_t n) { return static_cast<double>(n * n * sides); },
       .kind = Kind::definite,
       .columns_b = sides,
       .output = Output::copy_of_b,
       .of =
           [](const Library<T>& l) {
             return if_offered<T>(l.trsm, [](const auto& f, index_t n, const T* a, const T*, T* b) { f(n, a, b); });
           },
       .difference = all_apart<T>},
      {.name = "sytrd",
       .flops = cubes(4. / 3),
       .kind = Kind::symmetric,
       .output = Output::spectral,
       .of = of_a<T>(&Library<T>::sytrd),
       .difference = [](index_t n, const std::vector<T>&, const std::vector<T>& expected,
                        const std::vector<T>& got) { return forms_apart<T>(n, expected, got); }},
      {.name = "syevd",
       .flops = cubes(4),
       .kind = Kind::symmetric,
       .output = Output::spectral,
       .of = of_a<T>(&Library<T>::syevd),
       .difference = [](index_t n, const std::vector<T>& a, const std::vector<T>& expected,
                        const std::vector<T>& got) { return spectra_apart<T>(n, a, expected, got, n); }},
      {.name = "syevr below 0",
       .flops = cubes(7. / 3),
       .kind = Kind::symmetric,
       .output = Output::spectral,
       .of = of_a<T>(&Library<T>::below),
       .difference =
           [](index_t n, const std::vector<T>& a, const std::vector<T>& expected, const std::vector<T>& got) {
             const T count = expected[static_cast<std::size_t>(n * n + 3 * n)];
             if (count != got[static_cast<std::size_t>(n * n + 3 * n)]) return std::numeric_limits<double>::infinity();
             return spectra_apart<T>(n, a, expected, got, static_cast<index_t>(count));
           }},
  };
}

template <class T>
[[nodiscard]] std::vector<Row<T>> rows() {
  std::vector<Row<T>> all = rows_of_products<T>();
  for (Row<T>& row : rows_of_solvers<T>()) all.push_back(std::move(row));
  return all;
}

}  // namespace isonomy::dense
