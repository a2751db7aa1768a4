// What numpy_arrays.py calls: takes tensors and arrays of NumPy, and makes tensors for it.
#include <cstring>
#include <limits>
#include <vector>

#include "isonomy/interop/array_interface.hpp"
#include "isonomy/interop/dlpack.hpp"

using namespace isonomy;

namespace {

int kept = 0;  // vectors that NumPy has of ours

struct Counted {
  std::vector<double> elements;
  explicit Counted(std::vector<double> x) : elements(std::move(x)) { ++kept; }
  Counted(Counted&& other) noexcept : elements(std::move(other.elements)) { ++kept; }
  ~Counted() { --kept; }
};

double sum(MatrixView<const double> a) {
  double total = 0;
  for (index_t i = 0; i < a.rows; ++i)
    for (index_t j = 0; j < a.columns; ++j) total += a(i, j);
  return total;
}

/// What f returns; NaN, and why, where it throws.
template <class F>
double guarded(char* message, std::size_t room, F f) {
  try {
    return f();
  } catch (const Error& e) {
    std::strncpy(message, e.what(), room - 1);
    return std::numeric_limits<double>::quiet_NaN();
  }
}

template <class Managed>
void* made() {
  Counted owner({1, 2, 3, 4, 5, 6});
  const auto view = column_major(owner.elements.data(), 2, 3);
  return dlpack::to_dlpack<Managed>(view, std::move(owner)).release();
}

}  // namespace

extern "C" {

/// Takes the tensor, doubles its elements and returns their sum.
double take(void* tensor, int versioned, char* message, std::size_t room) {
  return guarded(message, room, [&] {
    const auto held =
        versioned != 0 ? dlpack::from_dlpack<MatrixView<double>>(static_cast<dlpack::ManagedTensorVersioned*>(tensor))
                       : dlpack::from_dlpack<MatrixView<double>>(static_cast<dlpack::ManagedTensor*>(tensor));
    const MatrixView<double> a = held.view();
    for (index_t i = 0; i < a.rows; ++i)
      for (index_t j = 0; j < a.columns; ++j) a(i, j) *= 2;
    return sum(a);
  });
}

/// The sum of an array with two axes, as __array_interface__ describes it.
double look(const index_t* shape, const index_t* strides, const char* typestr, std::uintptr_t data, int read_only,
            char* message, std::size_t room) {
  return guarded(message, room, [&] {
    array_interface::Fields fields{{shape, shape + 2}, typestr, data, read_only != 0};
    if (strides != nullptr) fields.strides.emplace(strides, strides + 2);
    return sum(array_interface::from_fields<MatrixView<const double>>(fields));
  });
}

/// A tensor of 2 x 3 elements, 1 to 6 by columns.
void* make(int versioned) {
  return versioned != 0 ? made<dlpack::ManagedTensorVersioned>() : made<dlpack::ManagedTensor>();
}
int alive() { return kept; }
}
