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

/// Systems side by side, each of the size of l, by lists.
template <class T>
std::vector<T> solved_together(const std::vector<T>& l, index_t n, const std::vector<T>& b,
                               std::vector<index_t>& statuses) {
  Context<Cuda> ctx;
  const auto systems = static_cast<index_t>(l.size()) / (n * n), columns = static_cast<index_t>(b.size()) / n / systems;
  Buffer<T, Cuda> a = to_device(ctx, l), x = to_device(ctx, b);
  Buffer<index_t, Cuda> info(ctx, systems);
  Backend<Cuda>::solve_triangular_batched<T>(
      ctx, BatchView<const T, DeviceSpace>(a.data(), systems, n, n, n * n, 1, n),
      BatchView<T, DeviceSpace>(x.data(), systems, n, columns, n * columns, 1, n), info.view(), Triangle::lower);
  statuses = to_host(ctx, info);
  return to_host(ctx, x);
}

TEMPLATE_TEST_CASE("cuBLAS: trsmBatched reads lists in device memory, and nothing beyond the diagonal",
                   "[cuda][beliefs]", float, double) {
  using T = TestType;
  for (const index_t n : {1, 3, 33, 130}) {
    INFO(n << " rows");
    constexpr index_t systems = 4;
    const std::vector<T> one = ones_below<T>(n, std::numeric_limits<T>::quiet_NaN());
    std::vector<T> l, b(static_cast<std::size_t>(n * 2 * systems), T(1));
    for (index_t s = 0; s < systems; ++s) l.insert(l.end(), one.begin(), one.end());
    for (const index_t bad : {1, 2})  // the last of these diagonals
      l[static_cast<std::size_t>(bad * n * n + (n - 1) * (n + 1))] = 0;
    b.back() = std::numeric_limits<T>::quiet_NaN();
    std::vector<index_t> info;
    const std::vector<T> x = solved_together<T>(l, n, b, info);
    CHECK(info == std::vector<index_t>{0, n, n, 0});
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const std::size_t of_slot = i % static_cast<std::size_t>(2 * n), slot = i / static_cast<std::size_t>(2 * n);
      const T expected = slot == 1 || slot == 2 ? T(1) : static_cast<T>(of_slot % static_cast<std::size_t>(n) + 1);
      if (x[i] != expected) FAIL("unknown " << i << " is " << x[i] << ", not " << expected);
    }
    CHECK(std::isnan(x.back()));
  }
}

TEMPLATE_TEST_CASE("cuBLAS: trsmBatched takes more systems than a short dimension of a grid has", "[cuda][beliefs]",
                   float, double) {
  using T = TestType;
  constexpr std::size_t systems = 70000;
  std::vector<T> b(systems);
  for (std::size_t s = 0; s < systems; ++s) b[s] = static_cast<T>(s % 100);
  std::vector<index_t> info;
  const std::vector<T> x = solved_together<T>(std::vector<T>(systems, T(2)), 1, b, info);
  for (std::size_t s = 0; s < systems; ++s)
    if (x[s] != b[s] / 2 || info[s] != 0) FAIL("system " << s);
}

}  // namespace
}  // namespace isonomy::test
