// cholesky_batched beside cuSOLVER, which it does not call: its batched form, and its plain one in a loop.
#include <cusolverDn.h>

#include <algorithm>

#include "../host/algebra.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

inline void require_solver(cusolverStatus_t status, const char* call) {
  if (status != CUSOLVER_STATUS_SUCCESS)
    throw DeviceError("cuSOLVER", call, static_cast<int>(status), "cusolverStatus_t", "see its manual");
}

/// cuSOLVER on the stream of a context, for matrices that stand there.
class Solver {
 public:
  Solver(Context<Cuda>& ctx, index_t matrices, index_t n, double* a)
      : ctx_(ctx), n_(static_cast<int>(n)), info_(ctx, matrices, "info") {
    require_solver(cusolverDnCreate(&handle_), "cusolverDnCreate");
    require_solver(cusolverDnSetStream(handle_, ctx.stream()), "cusolverDnSetStream");
    for (index_t b = 0; b < matrices; ++b) matrices_.push_back(a + b * n * n);
    list_ = to_device(ctx, matrices_);
    int elements = 0;
    require_solver(cusolverDnDpotrf_bufferSize(handle_, CUBLAS_FILL_MODE_LOWER, n_, a, n_, &elements), "bufferSize");
    workspace_ = Buffer<double, Cuda>(ctx, elements, "workspace");
  }
  ~Solver() { cusolverDnDestroy(handle_); }
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  void batched() {
    require_solver(cusolverDnDpotrfBatched(handle_, CUBLAS_FILL_MODE_LOWER, n_, list_.data(), n_, info_.data(),
                                           static_cast<int>(matrices_.size())),
                   "cusolverDnDpotrfBatched");
    wait();
  }
  void in_a_loop() {
    for (std::size_t b = 0; b < matrices_.size(); ++b)
      require_solver(cusolverDnDpotrf(handle_, CUBLAS_FILL_MODE_LOWER, n_, matrices_[b], n_, workspace_.data(),
                                      static_cast<int>(workspace_.size()), info_.data() + b),
                     "cusolverDnDpotrf");
    wait();
  }

 private:
  void wait() { device::require(cudaStreamSynchronize(ctx_.stream()), "cudaStreamSynchronize"); }

  Context<Cuda>& ctx_;
  int n_;
  cusolverDnHandle_t handle_ = nullptr;
  std::vector<double*> matrices_;
  Buffer<double*, Cuda> list_;
  Buffer<double, Cuda> workspace_;
  Buffer<int, Cuda> info_;
};

/// Each run begins with the matrices anew, which is not timed.
class Cholesky final : public Work {
 public:
  Cholesky(index_t n, bool broken)
      : n_(n), matrices_(n >= full ? 51 : 3), a_(heavy_diagonals(matrices_, n)), factors_(a_),
        info_(static_cast<std::size_t>(matrices_)), theirs_(with_fault(a_, broken)), ctx_(device_context()),
        given_(to_device(ctx_, theirs_)), there_(ctx_, given_.size(), "factors"), info_there_(ctx_, matrices_, "info"),
        solver_(ctx_, matrices_, n, there_.data()) {}

  static constexpr index_t full = 2048;

  std::string difference() override {
    begin();
    factor_there();
    return difference_of_factors(*hosts_.all, matrices_, n_, a_, to_host(ctx_, there_), to_host(ctx_, info_there_));
  }
  std::vector<Leg> legs() override {
    const auto anew = [this] { begin(); };
    const auto host = [this] { factors_ = a_; };
    return {{Role::one_core, "Cpu, one core", [this] { factor(*hosts_.one, matrices_, n_, factors_, info_); }, host},
            {Role::all_cores, "Cpu, all cores", [this] { factor(*hosts_.all, matrices_, n_, factors_, info_); }, host},
            {Role::resident, "Cuda, matrices there", [this] { factor_there(); }, anew},
            {Role::with_transfers, "Cuda, from the host and back", [this] { from_the_host(); }},
            {Role::yardstick, "cuSOLVER, potrfBatched", [this] { solver_.batched(); }, anew},
            {Role::yardstick, "cuSOLVER, potrf in a loop", [this] { solver_.in_a_loop(); }, anew}};
  }
  Demand demand() const override {
    const double n = static_cast<double>(n_);
    return {Demand::Of::tensor_flops, static_cast<double>(matrices_) * n * n * n / 3, "multiplications and additions"};
  }

 private:
  void begin() {
    copy<Context<Cuda>, double>(ctx_, std::as_const(given_).view(), there_.view());
    synchronize(ctx_);
  }
  void factor_there() {
    cholesky_batched(ctx_, BatchView<double, DeviceSpace>(there_.data(), matrices_, n_, n_, n_ * n_, 1, n_),
                     info_there_.view());
    synchronize(ctx_);
  }
  void from_the_host() {
    Backend<Cuda>::copy_from_host(ctx_, VectorView<const double>(theirs_.data(), there_.size()), there_.view());
    factor_there();
    copy_to_host(ctx_, there_.view(), view(factors_));
  }

  Hosts hosts_;
  index_t n_, matrices_;
  std::vector<double> a_, factors_;
  std::vector<index_t> info_;
  std::vector<double> theirs_;
  Context<Cuda> ctx_;
  Buffer<double, Cuda> given_, there_;
  Buffer<index_t, Cuda> info_there_;
  Solver solver_;
};

}  // namespace

std::vector<Gate> gates_of_cholesky() {
  return {{"cholesky", "factors of 51 matrices (3 below 2048 rows)", "rows and columns", Cholesky::full, 72,
           Role::resident, Role::yardstick, 1,
           [](const Setup& s) -> std::unique_ptr<Work> { return std::make_unique<Cholesky>(s.size, s.broken); }}};
}

}  // namespace isonomy::gates
