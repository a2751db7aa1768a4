// gemm and syrk beside cuBLAS called directly, in the same arithmetic.
#include "../host/algebra.hpp"
#include "isonomy/cuda/linalg/libraries.cuh"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

class ProductWork final : public Work {
 public:
  ProductWork(index_t n, bool broken, ProductOf kind)
      : kind_(kind), n_(n), a_(random_numbers(n * n, 6)), b_(random_numbers(n * n, 7)), out_(a_.size()),
        theirs_(with_fault(a_, broken)), ctx_(device_context()), blas_(ctx_.stream()),
        a_there_(to_device(ctx_, theirs_)), b_there_(to_device(ctx_, b_)), out_there_(ctx_, n * n) {}

  std::string difference() override {
    product(a_there_, b_there_);
    return difference_of_product(*hosts_.all, kind_, n_, a_, b_, to_host(ctx_, out_there_));
  }
  std::vector<Leg> legs() override {
    return {{Role::one_core, "Cpu, one core", [this] { multiply(*hosts_.one, kind_, n_, a_, b_, out_); }},
            {Role::all_cores, "Cpu, all cores", [this] { multiply(*hosts_.all, kind_, n_, a_, b_, out_); }},
            {Role::resident, "Cuda, matrices there", [this] { product(a_there_, b_there_); }},
            {Role::with_transfers, "Cuda, from the host and back", [this] { from_the_host(); }},
            {Role::yardstick, "cuBLAS called directly", [this] { vendor(); }}};
  }
  Demand demand() const override {
    const double n = static_cast<double>(n_), products = kind_ == ProductOf::two ? n * n * n : n * n * (n + 1) / 2;
    return {Demand::Of::tensor_flops, 2 * products, "multiplications and additions"};
  }

 private:
  static MatrixView<const double, DeviceSpace> matrix(const Buffer<double, Cuda>& x, index_t n) {
    return column_major<DeviceSpace>(x.data(), n, n);
  }
  void product(const Buffer<double, Cuda>& a, const Buffer<double, Cuda>& b) {
    const auto out = column_major<DeviceSpace>(out_there_.data(), n_, n_);
    if (kind_ == ProductOf::two)
      gemm(ctx_, 1, matrix(a, n_), matrix(b, n_), 0, out);
    else
      syrk(ctx_, 1, matrix(a, n_), 0, out);
    synchronize(ctx_);
  }
  void from_the_host() {
    const auto a = to_device(ctx_, theirs_);
    if (kind_ == ProductOf::two)
      product(a, to_device(ctx_, b_));
    else
      product(a, a);
    copy_to_host(ctx_, out_there_.view(), view(out_));
  }
  /// The lower triangle of syrk is all that it gives.
  void vendor() {
    const double one = 1, zero = 0;
    const double *const a = a_there_.data(), *const b = b_there_.data();
    const cublasHandle_t handle = blas_.handle();
    device::require(kind_ == ProductOf::two ? cublasDgemm_64(handle, CUBLAS_OP_N, CUBLAS_OP_N, n_, n_, n_, &one, a, n_,
                                                             b, n_, &zero, out_there_.data(), n_)
                                            : cublasDsyrk_64(handle, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T, n_, n_, &one,
                                                             a, n_, &zero, out_there_.data(), n_),
                    "cuBLAS");
    device::require(cudaStreamSynchronize(ctx_.stream()), "cudaStreamSynchronize");
  }

  Hosts hosts_;
  ProductOf kind_;
  index_t n_;
  std::vector<double> a_, b_, out_, theirs_;
  Context<Cuda> ctx_;
  device::Blas blas_;
  Buffer<double, Cuda> a_there_, b_there_, out_there_;
};

template <ProductOf kind>
std::unique_ptr<Work> make_product(const Setup& setup) {
  return std::make_unique<ProductWork>(setup.size, setup.broken, kind);
}

}  // namespace

std::vector<Gate> gates_of_products() {
  return {{"gemm", "the product of two square matrices", "rows and columns", 8192, 40, Role::resident, Role::yardstick,
           0.9, &make_product<ProductOf::two>},
          {"syrk", "the product of a square matrix with its transpose", "rows and columns", 8192, 40, Role::resident,
           Role::yardstick, 0.9, &make_product<ProductOf::itself>}};
}

}  // namespace isonomy::gates
