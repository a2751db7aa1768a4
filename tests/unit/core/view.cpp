// Views: strides, transposition, blocks, conversion to const.
#include <type_traits>
#include <vector>

#include "isonomy/core/view.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEST_CASE("a transposed view exchanges rows and columns without moving data", "[view]") {
  std::vector<int> x{0, 1, 2, 3, 4, 5};
  const MatrixView<int> a = row_major(x.data(), 2, 3);
  const MatrixView<int> t = transposed(a);
  CHECK(t.rows == 3);
  CHECK(t.columns == 2);
  for (index_t i = 0; i < 2; ++i)
    for (index_t j = 0; j < 3; ++j) CHECK(&t(j, i) == &a(i, j));
  CHECK(&transposed(t)(1, 2) == &a(1, 2));
}

TEST_CASE("rows, columns, blocks and diagonal address the elements they name", "[view]") {
  std::vector<double> x(60);
  const MatrixView<double> a(x.data() + 1, 4, 5, 2, 11);
  CHECK(&a.row(2)(3) == &a(2, 3));
  CHECK(a.row(2).size == 5);
  CHECK(&a.column(4)[1] == &a(1, 4));
  CHECK(&a.row_block(1, 2)(1, 3) == &a(2, 3));
  CHECK(a.row_block(1, 2).rows == 2);
  CHECK(&a.column_block(2, 3)(3, 1) == &a(3, 3));
  CHECK(a.diagonal().size == 4);
  CHECK(&a.diagonal()(3) == &a(3, 3));
  CHECK(&a.column(1).subview(1, 2)(1) == &a(2, 1));
}

TEST_CASE("a batch view gives matrices a batch stride apart", "[view]") {
  std::vector<float> x(40);
  const BatchView<float> b(x.data(), 3, 2, 3, 10, 1, 2);
  CHECK(&b[2](1, 2) == x.data() + 2 * 10 + 1 + 4);
  const BatchView<const float> c = b;
  CHECK(c[1].data == b[1].data);
}

TEST_CASE("vectors and spans become views", "[view]") {
  std::vector<double> x{1, 2, 3};
  CHECK(view(x).size == 3);
  CHECK(view(std::as_const(x)).data == x.data());
  CHECK(view(std::span<double>(x).subspan(1))(0) == 2);
}

static_assert(std::is_trivially_copyable_v<MatrixView<double>> && std::is_trivially_copyable_v<VectorView<float>> &&
              std::is_trivially_copyable_v<BatchView<double>>);
static_assert(std::is_convertible_v<MatrixView<double>, MatrixView<const double>>);
static_assert(!std::is_convertible_v<MatrixView<const double>, MatrixView<double>>);
static_assert(!std::is_convertible_v<MatrixView<double>, MatrixView<const float>>);
static_assert(!std::is_convertible_v<MatrixView<double, DeviceSpace>, MatrixView<const double, HostSpace>>);
static_assert(!std::is_convertible_v<VectorView<double, HostSpace>, VectorView<double, DeviceSpace>>);
