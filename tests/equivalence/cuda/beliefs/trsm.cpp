// What Backend<Cuda> takes for granted of cuBLAS's triangular solver: each belief that the stand-in encodes, as a check
// for a device.
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/cuda/linalg/solve_triangular.cuh"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

/// L with ones on the diagonal and -1 below it, `fill` above, in columns; B of ones: unknowns are powers of 2.
template <class T>
std::vector<T> ones_below(index_t n, T fill) {
  std::vector<T> l(static_cast<std::size_t>(n * n), fill);
  for (index_t j = 0; j < n; ++j)
    for (index_t i = j; i < n; ++i) l[static_cast<std::size_t>(i + j * n)] = T(i == j ? 1 : i == j + 1 ? -1 : 0);
  return l;
}
template <class T>
std::vector<T> solved(const std::vector<T>& l, index_t n, std::vector<T> b) {
  Context<Cuda> ctx;
  Buffer<T, Cuda> a = to_device(ctx, l), x = to_device(ctx, b);
  const auto columns = static_cast<index_t>(b.size()) / n;
  device::TriangularSystem<T>{column_major<DeviceSpace>(std::as_const(a).data(), n, n),
                              column_major<DeviceSpace>(x.data(), n, columns), true}
      .queue_in_pieces(ctx, columns, "solve_triangular");
  return to_host(ctx, x);
}

TEMPLATE_TEST_CASE("cuBLAS: trsm reads nothing beyond the diagonal", "[cuda][beliefs]", float, double) {
  using T = TestType;
  for (const index_t n : {3, 33, 130}) {
    const std::vector<T> x = solved<T>(ones_below<T>(n, std::numeric_limits<T>::quiet_NaN()), n,
                                       std::vector<T>(static_cast<std::size_t>(n * 3), T(1)));
    for (std::size_t i = 0; i < x.size(); ++i)
      if (x[i] != static_cast<T>(i % static_cast<std::size_t>(n) + 1)) FAIL("unknown " << i << " is " << x[i]);
  }
}

TEMPLATE_TEST_CASE("cuBLAS: NaN in B leaves the unknowns before it and other columns alone", "[cuda][beliefs]", float,
                   double) {
  using T = TestType;
  for (const index_t n : {3, 33, 130}) {
    std::vector<T> b(static_cast<std::size_t>(n * 3), T(1));
    b[static_cast<std::size_t>(n - 1)] = std::numeric_limits<T>::quiet_NaN();
    const std::vector<T> x = solved<T>(ones_below<T>(n, T(0)), n, b);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool spoiled = i == static_cast<std::size_t>(n - 1);
      if (spoiled ? !std::isnan(x[i]) : x[i] != static_cast<T>(i % static_cast<std::size_t>(n) + 1))
        FAIL("unknown " << i << " is " << x[i]);
    }
  }
}

TEMPLATE_TEST_CASE("cuBLAS: trsm divides, and denormal numbers count", "[cuda][beliefs]", float, double) {
  using T = TestType;
  // The product with a rounded reciprocal of 3 would be another number.
  for (const T b : {T(5), T(7), 9 * std::numeric_limits<T>::denorm_min()})
    CHECK(solved<T>({T(3)}, 1, {b}).front() == b / 3);
}

}  // namespace
}  // namespace isonomy::test
