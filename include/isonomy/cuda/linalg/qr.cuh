// qr of Backend<Cuda>: cuSOLVER's reflectors in double, between kernels that scale columns, choose signs and check.
#pragma once

#include <cusolverDn.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/cuda/context.cuh"
#include "isonomy/cuda/linalg/scaled.cuh"
#include "isonomy/cuda/linalg/solver.cuh"
#include "isonomy/cuda/memory.cuh"
#include "isonomy/cuda/pieces.cuh"
#include "isonomy/cuda/status.cuh"

namespace isonomy::device {

/// Of column j the power of 2 that divided by leaves its largest element between 1 and 2, and the first row whose
/// element is not finite, or -1.
template <class T>
struct ColumnExponent {
  MatrixView<const T, DeviceSpace> a;
  int* exponents;
  index_t* not_finite;

  __device__ void operator()(index_t j) const {
    double most = 0;
    find_extremes(a, j, 0, most, not_finite[j]);
    exponents[j] = not_finite[j] < 0 && most > 0 ? std::ilogb(most) : 0;
  }
};

/// A with scaled columns, one behind the other.
template <class T>
struct LoadColumns {
  MatrixView<const T, DeviceSpace> a;
  const int* exponents;
  double* out;

  __device__ void operator()(index_t e) const {
    const index_t i = e % a.rows, j = e / a.rows;
    out[e] = PowerOfTwo(-exponents[j]).times(static_cast<double>(a(i, j)));
  }
};

/// R scaled back, with a diagonal that is not negative; its factors have `apart` rows.
template <class T>
struct StoreTriangle {
  const double* factors;
  index_t apart;
  const int* exponents;
  MatrixView<T, DeviceSpace> r;

  __device__ void operator()(index_t e) const {
    const index_t i = e % r.rows, j = e / r.rows;
    if (i > j) {
      r(i, j) = 0;
      return;
    }
    const double x = PowerOfTwo(exponents[j]).times(factors[j * apart + i]);
    r(i, j) = static_cast<T>(factors[i * apart + i] < 0 ? -x : x);
  }
};

/// Q, its columns with the signs of R's rows.
template <class T>
struct StoreOrthonormal {
  const double *factors, *orthonormal;
  MatrixView<T, DeviceSpace> q;

  __device__ void operator()(index_t e) const {
    const index_t i = e % q.rows, j = e / q.rows;
    q(i, j) = static_cast<T>(factors[j * q.rows + j] < 0 ? -orthonormal[e] : orthonormal[e]);
  }
};

struct Qr {
  /// float is solved in double. Waits for the device, to know whether it succeeded: outputs are written after that.
  template <Real T>
  static void qr(Context& ctx, MatrixView<const T, DeviceSpace> a, MatrixView<T, DeviceSpace> q,
                 MatrixView<T, DeviceSpace> r) {
    constexpr const char* operation = "qr";
    const index_t m = a.rows, n = a.columns, k = std::min(m, n);
    if (k == 0) return;
    static_cast<void>(short_extent(m, operation));
    const auto room = Memory::allocate(ctx, sizeof(double) * static_cast<std::size_t>(m * n + m * k + k), operation);
    const auto powers = Memory::allocate(ctx, sizeof(int) * static_cast<std::size_t>(n), operation);
    double *const factors = static_cast<double*>(room.get()), *const orthonormal = factors + m * n,
                  *const taus = orthonormal + m * k;
    int* const exponents = static_cast<int*>(powers.get());
    find_exponents(ctx, a, exponents);
    for_indices(ctx, m * n, operation, LoadColumns<T>{a, exponents, factors});
    factorise(ctx, m, n, factors, taus);
    Memory::copy<double>(ctx, VectorView<const double, DeviceSpace>(factors, m * k),
                         VectorView<double, DeviceSpace>(orthonormal, m * k));
    make_columns(ctx, m, k, orthonormal, taus);
    for_indices_at_once(ctx, k * n, StoreTriangle<T>{factors, m, exponents, r});
    for_indices_at_once(ctx, m * k, StoreOrthonormal<T>{factors, orthonormal, q});
  }

 private:
  /// ValueError naming the first element, by columns, that is not finite.
  template <class T>
  static void find_exponents(Context& ctx, MatrixView<const T, DeviceSpace> a, int* exponents) {
    constexpr const char* operation = "qr";
    const auto room = Memory::allocate(ctx, sizeof(index_t) * static_cast<std::size_t>(a.columns), operation);
    auto* const not_finite = static_cast<index_t*>(room.get());
    for_indices(ctx, a.columns, operation, ColumnExponent<T>{a, exponents, not_finite});
    std::vector<index_t> rows(static_cast<std::size_t>(a.columns));
    Memory::copy_to_host<index_t>(ctx, VectorView<const index_t, DeviceSpace>(not_finite, a.columns),
                                  isonomy::view(rows));
    for (std::size_t j = 0; j < rows.size(); ++j)
      if (rows[j] >= 0) throw ValueError(text::joined("qr: A(", rows[j], ", ", j, ") is not finite; give numbers"));
  }

  /// R on and above the diagonal, the vectors of reflectors beneath it.
  static void factorise(Context& ctx, index_t m, index_t n, double* factors, double* taus) {
    const Solver& solver = ctx.state()->part<Solver>();
    const OnDevice here(ctx.device());
    std::size_t device_bytes = 0, host_bytes = 0;
    require(cusolverDnXgeqrf_bufferSize(solver.handle(), solver.parameters(), m, n, CUDA_R_64F, factors, m, CUDA_R_64F,
                                        taus, CUDA_R_64F, &device_bytes, &host_bytes),
            "cusolverDnXgeqrf_bufferSize");
    const auto workspace = Memory::allocate(ctx, device_bytes, "qr");
    const SolverInfo info(ctx, "qr");
    std::vector<unsigned char> on_host(host_bytes);
    ctx.heed_stop("qr");
    require(cusolverDnXgeqrf(solver.handle(), solver.parameters(), m, n, CUDA_R_64F, factors, m, CUDA_R_64F, taus,
                             CUDA_R_64F, workspace.get(), device_bytes, on_host.data(), host_bytes, info.data()),
            "cusolverDnXgeqrf");
    ctx.queued();
    info.require_zero(ctx, "cusolverDnXgeqrf");
    ctx.heed_stop("qr");
  }

  /// The first k columns of the reflectors' product in their place.
  static void make_columns(Context& ctx, index_t rows, index_t columns, double* reflectors, const double* taus) {
    const Solver& solver = ctx.state()->part<Solver>();
    const OnDevice here(ctx.device());
    const int m = short_extent(rows, "qr"), k = short_extent(columns, "qr");
    int elements = 0;
    require(cusolverDnDorgqr_bufferSize(solver.handle(), m, k, k, reflectors, m, taus, &elements),
            "cusolverDnDorgqr_bufferSize");
    const auto workspace = Memory::allocate(ctx, sizeof(double) * static_cast<std::size_t>(elements), "qr");
    const SolverInfo info(ctx, "qr");
    ctx.heed_stop("qr");
    require(cusolverDnDorgqr(solver.handle(), m, k, k, reflectors, m, taus, static_cast<double*>(workspace.get()),
                             elements, info.data()),
            "cusolverDnDorgqr");
    ctx.queued();
    info.require_zero(ctx, "cusolverDnDorgqr");
    ctx.heed_stop("qr");
  }
};

}  // namespace isonomy::device
