// The stand-ins for cuBLAS, cuSOLVER and CUB against sums written out, and what they say of wrong calls.
#include <cublas_v2.h>
#include <cusolverDn.h>

#include <cmath>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>
#include <cub/device/device_segmented_sort.cuh>
#include <cub/device/device_select.cuh>
#include <limits>

#include "support.hpp"

namespace isonomy::test {
namespace {

class Handles {
 public:
  Handles() {
    REQUIRE(cublasCreate(&blas) == CUBLAS_STATUS_SUCCESS);
    REQUIRE(cublasSetStream(blas, stream) == CUBLAS_STATUS_SUCCESS);
    REQUIRE(cusolverDnCreate(&solver) == CUSOLVER_STATUS_SUCCESS);
    REQUIRE(cusolverDnSetStream(solver, stream) == CUSOLVER_STATUS_SUCCESS);
    REQUIRE(cusolverDnCreateParams(&params) == CUSOLVER_STATUS_SUCCESS);
  }
  ~Handles() {
    cublasDestroy(blas);
    cusolverDnDestroyParams(params);
    cusolverDnDestroy(solver);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  TestStream stream;
  cublasHandle_t blas = nullptr;
  cusolverDnHandle_t solver = nullptr;
  cusolverDnParams_t params = nullptr;
};

const std::vector<double> a23{1, 2, 3, 4, 5, 6};   // 2 x 3, by columns: 1 3 5 / 2 4 6
const std::vector<double> b32{1, 0, 2, -1, 3, 1};  // 3 x 2: 1 -1 / 0 3 / 2 1

TEST_CASE("a product of matrices is the sums of products, and zero factors read nothing") {
  const Handles h;
  const DeviceArray<double> a(h.stream, a23), b(h.stream, b32);
  const DeviceArray<double> c(h.stream, std::vector<double>(4, std::nan("")));
  const double one = 1, zero = 0, half = 0.5;
  CHECK(cublasDgemm_64(h.blas, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, a.data(), 2, b.data(), 3, &zero, c.data(), 2) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(c.on_host() == std::vector<double>{11, 14, 13, 16});
  CHECK(cublasDgemm(h.blas, CUBLAS_OP_T, CUBLAS_OP_T, 2, 2, 2, &one, b.data(), 3, a.data(), 2, &half, c.data(), 2) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(c.on_host().size() == 4);
  CHECK(cublasGemmEx(h.blas, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, a.data(), CUDA_R_64F, 2, b.data(), CUDA_R_64F, 3,
                     &zero, c.data(), CUDA_R_64F, 2, CUBLAS_COMPUTE_64F_PEDANTIC,
                     CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
  CHECK(c.on_host() == std::vector<double>{11, 14, 13, 16});
  CHECK(cublasDgemm_64(h.blas, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &one, a.data(), 1, b.data(), 3, &zero, c.data(), 2) ==
        CUBLAS_STATUS_INVALID_VALUE);
  CHECK(cublasDgemm_64(h.blas, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 4, &one, a.data(), 2, b.data(), 4, &zero, c.data(), 2) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(h.stream.wait() == cudaErrorLaunchFailure);
  CHECK(mentions(take_fault(), "gemm reads A"));
}

TEST_CASE("a product with itself fills one triangle") {
  const Handles h;
  const DeviceArray<double> a(h.stream, a23), c(h.stream, std::vector<double>(4, -1.0));
  const double one = 1, zero = 0;
  CHECK(cublasDsyrk_64(h.blas, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, 2, 3, &one, a.data(), 2, &zero, c.data(), 2) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(c.on_host() == std::vector<double>{35, 44, -1, 56});
}

TEST_CASE("triangular systems are solved on either side and either way round") {
  const Handles h;
  const std::vector<double> lower{2, 1, 7, 4};  // 2 7 / 1 4, of which the 7 does not count
  const double one = 1;
  for (const auto side : {CUBLAS_SIDE_LEFT, CUBLAS_SIDE_RIGHT})
    for (const auto trans : {CUBLAS_OP_N, CUBLAS_OP_T}) {
      const DeviceArray<double> a(h.stream, lower), b(h.stream, {4.0, 2.0, 8.0, 12.0});
      CHECK(cublasDtrsm_64(h.blas, side, CUBLAS_FILL_MODE_LOWER, trans, CUBLAS_DIAG_NON_UNIT, 2, 2, &one, a.data(), 2,
                           b.data(), 2) == CUBLAS_STATUS_SUCCESS);
      const auto x = b.on_host();
      REQUIRE(x.size() == 4);
      const auto t = [&](std::size_t i, std::size_t j) {
        return (trans == CUBLAS_OP_N ? i < j : j < i) ? 0.0
               : trans == CUBLAS_OP_N                 ? lower[i + 2 * j]
                                                      : lower[j + 2 * i];
      };
      const double expected[] = {4, 2, 8, 12};
      for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j < 2; ++j) {
          double sum = 0;
          for (std::size_t p = 0; p < 2; ++p)
            sum += side == CUBLAS_SIDE_LEFT ? t(i, p) * x[p + 2 * j] : x[i + 2 * p] * t(p, j);
          CHECK(sum == expected[i + 2 * j]);
        }
    }
}

TEST_CASE("factors of Cholesky, and the column where they end") {
  const Handles h;
  const DeviceArray<double> good(h.stream, {4.0, 2.0, 9.0, 5.0}), bad(h.stream, {4.0, 2.0, 9.0, 1.0}),
      nan(h.stream, {std::nan(""), 2.0, 9.0, 1.0});
  const DeviceArray<double*> list(h.stream, {good.data(), bad.data(), nan.data()});
  const DeviceArray<int> info(h.stream, {-1, -1, -1});
  CHECK(cusolverDnDpotrfBatched(h.solver, CUBLAS_FILL_MODE_LOWER, 2, list.data(), 2, info.data(), 3) ==
        CUSOLVER_STATUS_SUCCESS);
  CHECK(info.on_host() == std::vector<int>{0, 2, 0});
  CHECK(good.on_host() == std::vector<double>{2, 1, 9, 2});
}

TEST_CASE("eigenvalues ascend, with vectors of length one") {
  const Handles h;
  const DeviceArray<double> a(h.stream, {2.0, 1.0, 1.0, 2.0}), w(h.stream, {0.0, 0.0});
  const DeviceArray<int> info(h.stream, {-1});
  std::size_t bytes = 0, on_host = 0;
  CHECK(cusolverDnXsyevd_bufferSize(h.solver, h.params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, 2, CUDA_R_64F,
                                    a.data(), 2, CUDA_R_64F, w.data(), CUDA_R_64F, &bytes,
                                    &on_host) == CUSOLVER_STATUS_SUCCESS);
  const DeviceArray<char> work(h.stream, uninitialised, bytes);
  const auto run = [&](std::size_t given) {
    return cusolverDnXsyevd(h.solver, h.params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, 2, CUDA_R_64F,
                            a.data(), 2, CUDA_R_64F, w.data(), CUDA_R_64F, work.data(), given, nullptr, 0, info.data());
  };
  CHECK(run(bytes - 1) == CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(run(bytes) == CUSOLVER_STATUS_SUCCESS);
  CHECK(info.on_host() == std::vector<int>{0});
  const auto values = w.on_host(), vectors = a.on_host();
  CHECK(std::abs(values[0] - 1) < 1e-14);
  CHECK(std::abs(values[1] - 3) < 1e-14);
  CHECK(std::abs(vectors[0] * vectors[0] + vectors[1] * vectors[1] - 1) < 1e-14);
  CHECK(std::abs(vectors[0] * vectors[2] + vectors[1] * vectors[3]) < 1e-14);
}

TEST_CASE("a symmetric matrix is made tridiagonal, and its reflectors are applied") {
  const Handles h;
  const DeviceArray<double> a(h.stream, {1.0, 3.0, 4.0, 77.0, 2.0, 5.0, 77.0, 77.0, 7.0});  // 1 3 4 / 3 2 5 / 4 5 7
  const DeviceArray<double> d(h.stream, uninitialised, 3), e(h.stream, uninitialised, 2),
      tau(h.stream, uninitialised, 2);
  const DeviceArray<double> c(h.stream, {1.0, 3.0, 4.0});
  const DeviceArray<int> info(h.stream, {-1});
  int elements = 0, of_product = 0;
  CHECK(cusolverDnDsytrd_bufferSize(h.solver, CUBLAS_FILL_MODE_LOWER, 3, a.data(), 3, d.data(), e.data(), tau.data(),
                                    &elements) == CUSOLVER_STATUS_SUCCESS);
  CHECK(cusolverDnDormtr_bufferSize(h.solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T, 3, 1, a.data(), 3,
                                    tau.data(), c.data(), 3, &of_product) == CUSOLVER_STATUS_SUCCESS);
  const DeviceArray<double> work(h.stream, uninitialised, static_cast<std::size_t>(elements + of_product));
  const auto reduce = [&](int given) {
    return cusolverDnDsytrd(h.solver, CUBLAS_FILL_MODE_LOWER, 3, a.data(), 3, d.data(), e.data(), tau.data(),
                            work.data(), given, info.data());
  };
  const auto apply = [&](int given) {
    return cusolverDnDormtr(h.solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T, 3, 1, a.data(), 3,
                            tau.data(), c.data(), 3, work.data(), given, info.data());
  };
  const auto close = [](const std::vector<double>& got, const std::vector<double>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(got[i] - expected[i]) < 1e-13);
  };
  CHECK(reduce(elements - 1) == CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(reduce(elements) == CUSOLVER_STATUS_SUCCESS);
  CHECK(apply(of_product - 1) == CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(apply(of_product) == CUSOLVER_STATUS_SUCCESS);
  CHECK(info.on_host() == std::vector<int>{0});
  close(d.on_host(), {1, 10, -1});
  close(e.on_host(), {-5, -1});
  close(tau.on_host(), {1.6, 0});
  close(a.on_host(), {1, -5, 0.5, 77, 10, -1, 77, 77, -1});
  close(c.on_host(), {1, -5, 0});
  CHECK(cusolverDnDormtr(h.solver, CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, 3, 2, a.data(), 3, tau.data(),
                         c.data(), 3, work.data(), elements + of_product, info.data()) == CUSOLVER_STATUS_SUCCESS);
  CHECK(h.stream.wait() == cudaErrorLaunchFailure);
  CHECK(mentions(take_fault(), "ormtr uses C"));
}

TEST_CASE("eigenvalues of matrices one behind the other, with an info for each") {
  const Handles h;
  const double inf = std::numeric_limits<double>::infinity();
  const DeviceArray<double> a(h.stream, {2.0, 1.0, 1.0, 2.0, inf, 0.0, 0.0, 1.0, 5.0, 0.0, 9.0, -4.0}),
      w(h.stream, {0.0, 0.0, 0.0, 0.0, 0.0, 0.0});
  const DeviceArray<int> info(h.stream, {-1, -1, -1});
  std::size_t bytes = 0, on_host = 0;
  CHECK(cusolverDnXsyevBatched_bufferSize(h.solver, h.params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, 2,
                                          CUDA_R_64F, a.data(), 2, CUDA_R_64F, w.data(), CUDA_R_64F, &bytes, &on_host,
                                          3) == CUSOLVER_STATUS_SUCCESS);
  const DeviceArray<char> work(h.stream, uninitialised, bytes);
  std::vector<char> host(on_host);
  const auto run = [&](std::size_t given) {
    return cusolverDnXsyevBatched(h.solver, h.params, CUSOLVER_EIG_MODE_VECTOR, CUBLAS_FILL_MODE_LOWER, 2, CUDA_R_64F,
                                  a.data(), 2, CUDA_R_64F, w.data(), CUDA_R_64F, work.data(), given, host.data(),
                                  on_host, info.data(), 3);
  };
  CHECK(run(bytes - 1) == CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(run(bytes) == CUSOLVER_STATUS_SUCCESS);
  const auto infos = info.on_host();
  CHECK((infos[0] == 0 && infos[1] > 0 && infos[2] == 0));
  const auto values = w.on_host(), vectors = a.on_host();
  CHECK((std::abs(values[0] - 1) < 1e-14 && std::abs(values[1] - 3) < 1e-14));
  CHECK((values[4] == -4 && values[5] == 5 && std::abs(vectors[9]) == 1));
}

TEST_CASE("reflectors leave a triangle, and make orthonormal columns") {
  const Handles h;
  const DeviceArray<double> a(h.stream, {3.0, 4.0, 0.0, 4.0, -3.0, 0.0}), taus(h.stream, {-1.0, -1.0});
  const DeviceArray<int> info(h.stream, {-1});
  std::size_t bytes = 0, on_host = 0;
  CHECK(cusolverDnXgeqrf_bufferSize(h.solver, h.params, 3, 2, CUDA_R_64F, a.data(), 3, CUDA_R_64F, taus.data(),
                                    CUDA_R_64F, &bytes, &on_host) == CUSOLVER_STATUS_SUCCESS);
  const DeviceArray<char> work(h.stream, uninitialised, bytes);
  const auto run = [&](std::size_t given) {
    return cusolverDnXgeqrf(h.solver, h.params, 3, 2, CUDA_R_64F, a.data(), 3, CUDA_R_64F, taus.data(), CUDA_R_64F,
                            work.data(), given, nullptr, 0, info.data());
  };
  CHECK(run(bytes - 1) == CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(run(bytes) == CUSOLVER_STATUS_SUCCESS);
  CHECK(info.on_host() == std::vector<int>{0});
  const auto factors = a.on_host();
  CHECK(std::abs(factors[0] + 5) < 1e-14);
  CHECK(std::abs(factors[3]) < 1e-14);
  CHECK(std::abs(std::abs(factors[4]) - 5) < 1e-14);
  int elements = 0;
  CHECK(cusolverDnDorgqr_bufferSize(h.solver, 3, 2, 2, a.data(), 3, taus.data(), &elements) == CUSOLVER_STATUS_SUCCESS);
  const DeviceArray<double> room(h.stream, uninitialised, static_cast<std::size_t>(elements));
  CHECK(cusolverDnDorgqr(h.solver, 3, 4, 2, a.data(), 3, taus.data(), room.data(), elements, info.data()) ==
        CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(cusolverDnDorgqr(h.solver, 3, 2, 2, a.data(), 3, taus.data(), room.data(), elements, info.data()) ==
        CUSOLVER_STATUS_SUCCESS);
  const auto q = a.on_host();
  for (const std::size_t row : {0U, 1U}) CHECK(std::abs(q[row] + (row == 0 ? 0.6 : 0.8)) < 1e-14);
  CHECK(std::abs(q[0] * q[3] + q[1] * q[4] + q[2] * q[5]) < 1e-14);
}

TEST_CASE("singular values of a matrix, which is gone then") {
  const Handles h;
  const DeviceArray<double> a(h.stream, {0.0, 0.0, -2.0, 0.0, 5.0, 0.0}), s(h.stream, uninitialised, 2),
      u(h.stream, uninitialised, 6), vt(h.stream, uninitialised, 4);
  const DeviceArray<int> info(h.stream, {-1});
  std::size_t bytes = 0, on_host = 0;
  const auto ask = [&](const Handles& of, std::int64_t m, std::int64_t n) {
    return cusolverDnXgesvd_bufferSize(of.solver, of.params, 'S', 'S', m, n, CUDA_R_64F, a.data(), m, CUDA_R_64F,
                                       s.data(), CUDA_R_64F, u.data(), m, CUDA_R_64F, vt.data(), n, CUDA_R_64F, &bytes,
                                       &on_host);
  };
  CHECK(ask(h, 2, 3) == CUSOLVER_STATUS_INVALID_VALUE);  // wide ones it does not take
  CHECK(ask(h, 3, 2) == CUSOLVER_STATUS_SUCCESS);
  const DeviceArray<char> work(h.stream, uninitialised, bytes);
  const auto run = [&](std::size_t given) {
    return cusolverDnXgesvd(h.solver, h.params, 'S', 'S', 3, 2, CUDA_R_64F, a.data(), 3, CUDA_R_64F, s.data(),
                            CUDA_R_64F, u.data(), 3, CUDA_R_64F, vt.data(), 2, CUDA_R_64F, work.data(), given, nullptr,
                            0, info.data());
  };
  CHECK(run(bytes - 1) == CUSOLVER_STATUS_INVALID_VALUE);
  CHECK(run(bytes) == CUSOLVER_STATUS_SUCCESS);
  CHECK(info.on_host() == std::vector<int>{0});
  CHECK(s.on_host() == std::vector<double>{5, 2});
  const auto left = u.on_host(), right = vt.on_host();
  CHECK(left[1] * right[2] == 1);
  CHECK(left[5] * right[1] == -1);
  CHECK(std::isnan(a.on_host().front()));
  CHECK(run(bytes) == CUSOLVER_STATUS_SUCCESS);  // of NaN
  CHECK(info.on_host().front() > 0);
}

/// Both phases of a call of CUB.
template <class F>
void in_two_phases(const TestStream& stream, F call) {
  std::size_t bytes = 0;
  must(call(nullptr, bytes));
  REQUIRE(bytes > 0);
  const DeviceArray<char> temporary(stream, uninitialised, bytes);
  std::size_t fewer = bytes - 1;
  CHECK(call(temporary.data(), fewer) == cudaErrorInvalidValue);
  must(call(temporary.data(), bytes));
}

TEST_CASE("sorts are stable, by all kinds of keys") {
  const TestStream stream;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const DeviceArray<double> keys(stream, {3.0, -0.0, nan, 0.0, -2.0, 3.0}), sorted(stream, uninitialised, 6);
  const DeviceArray<int> values(stream, {0, 1, 2, 3, 4, 5}), order(stream, uninitialised, 6);
  in_two_phases(stream, [&](void* t, std::size_t& n) {
    return cub::DeviceRadixSort::SortPairs(t, n, keys.data(), sorted.data(), values.data(), order.data(), 6, 0, 64,
                                           stream);
  });
  CHECK(order.on_host() == std::vector<int>{4, 1, 3, 0, 5, 2});
  in_two_phases(stream, [&](void* t, std::size_t& n) {
    return cub::DeviceRadixSort::SortPairsDescending(t, n, keys.data(), sorted.data(), values.data(), order.data(), 6,
                                                     0, 64, stream);
  });
  CHECK(order.on_host() == std::vector<int>{2, 0, 5, 1, 3, 4});
  const DeviceArray<long long> offsets(stream, {0ll, 3ll, 3ll, 6ll});
  in_two_phases(stream, [&](void* t, std::size_t& n) {
    return cub::DeviceSegmentedSort::StableSortPairs(t, n, values.data(), order.data(), keys.data(), sorted.data(), 6,
                                                     3, offsets.data(), offsets.data() + 1, stream);
  });
  CHECK(order.on_host() == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("sums, running sums and choices of a range") {
  const TestStream stream;
  const DeviceArray<int> x(stream, {5, 1, 4, 2}), out(stream, uninitialised, 4), one(stream, {0});
  in_two_phases(stream,
                [&](void* t, std::size_t& n) { return cub::DeviceReduce::Sum(t, n, x.data(), one.data(), 4, stream); });
  CHECK(one.on_host() == std::vector<int>{12});
  in_two_phases(stream, [&](void* t, std::size_t& n) {
    return cub::DeviceScan::ExclusiveSum(t, n, x.data(), out.data(), 4, stream);
  });
  CHECK(out.on_host() == std::vector<int>{0, 5, 6, 10});
  in_two_phases(stream, [&](void* t, std::size_t& n) {
    return cub::DeviceScan::InclusiveSum(t, n, x.data(), out.data(), 4, stream);
  });
  CHECK(out.on_host() == std::vector<int>{5, 6, 10, 12});
  in_two_phases(stream, [&](void* t, std::size_t& n) {
    return cub::DeviceSelect::If(
        t, n, x.data(), out.data(), one.data(), 4, [](int v) { return v > 2; }, stream);
  });
  CHECK(one.on_host() == std::vector<int>{2});
  CHECK(out.on_host()[1] == 4);
}

}  // namespace
}  // namespace isonomy::test
