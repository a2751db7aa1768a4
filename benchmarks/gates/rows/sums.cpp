// A fused sum in the order that all backends share beside cub::DeviceReduce in its own.
#include <cstddef>
#include <cub/device/device_reduce.cuh>

#include "../host/rows.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

class FusedSum final : public Work {
 public:
  FusedSum(index_t n, bool broken)
      : x_(random_numbers(n, 9)), theirs_(broken ? with_fault(x_, true) : std::vector<double>()),
        ctx_(device_context()), there_(to_device(ctx_, given())), sum_(ctx_, 1, "sum") {
    std::size_t bytes = 0;
    device::require(reduce(nullptr, bytes), "cub::DeviceReduce::TransformReduce");
    temporary_ = Buffer<std::byte, Cuda>(ctx_, static_cast<index_t>(bytes), "CUB");
  }

  std::string difference() override {
    const double ours = there(there_), host = sum_of_magnitudes(*hosts_.all, x_);
    std::string found = difference_of("sum", std::vector<double>{ours}, std::vector<double>{host});
    return found.empty() ? difference_of_sums("CUB's sum and ours", there_.size(), vendor(), host) : found;
  }
  std::vector<Leg> legs() override {
    return {{Role::one_core, "Cpu, one core", [this] { sum_of_magnitudes(*hosts_.one, x_); }},
            {Role::all_cores, "Cpu, all cores", [this] { sum_of_magnitudes(*hosts_.all, x_); }},
            {Role::resident, "Cuda, numbers there", [this] { there(there_); }},
            {Role::with_transfers, "Cuda, from the host", [this] { there(to_device(ctx_, given())); }},
            {Role::yardstick, "cub::DeviceReduce", [this] { vendor(); }}};
  }
  Demand demand() const override {
    return {Demand::Of::bytes, sizeof(double) * static_cast<double>(x_.size()), "each number, read once"};
  }

 private:
  [[nodiscard]] const std::vector<double>& given() const { return theirs_.empty() ? x_ : theirs_; }
  double there(const Buffer<double, Cuda>& x) { return transform_reduce(ctx_, x.view(), 0.0, Plus{}, Magnitude{}); }
  cudaError_t reduce(void* temporary, std::size_t& bytes) {
    return cub::DeviceReduce::TransformReduce(temporary, bytes, std::as_const(there_).data(), sum_.data(),
                                              there_.size(), Plus{}, Magnitude{}, 0.0, ctx_.stream());
  }
  /// As ours, until the sum is on the host.
  double vendor() {
    auto bytes = static_cast<std::size_t>(temporary_.size());
    device::require(reduce(temporary_.data(), bytes), "cub::DeviceReduce::TransformReduce");
    return to_host(ctx_, sum_).front();
  }

  Hosts hosts_;
  std::vector<double> x_, theirs_;
  Context<Cuda> ctx_;
  Buffer<double, Cuda> there_, sum_;
  Buffer<std::byte, Cuda> temporary_;
};

}  // namespace

std::vector<Gate> gates_of_sums() {
  constexpr double within = 1 / 1.05;
  return {{"sums", "the sum of magnitudes, in the order that all backends share", "numbers", 100000000, 5000,
           Role::resident, Role::yardstick, within,
           [](const Setup& s) -> std::unique_ptr<Work> { return std::make_unique<FusedSum>(s.size, s.broken); }}};
}

}  // namespace isonomy::gates
