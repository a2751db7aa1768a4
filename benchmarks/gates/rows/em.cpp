// Expectation maximisation with eight full covariances in eight dimensions.
#include "isonomy/estimators/mixture/multivariate/em.hpp"
#include "../host/em_options.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

class ExpectationMaximisation final : public Work {
 public:
  ExpectationMaximisation(index_t rows, bool broken)
      : data_(rows), theirs_(with_fault(data_.points, broken)), ctx_(device_context()),
        there_(to_device(ctx_, theirs_)) {}

  std::string difference() override { return difference_of(there(there_), em_of(*hosts_.all, data_)); }
  std::vector<Leg> legs() override {
    return {{Role::one_core, "Cpu, one core", [this] { em_of(*hosts_.one, data_); }},
            {Role::all_cores, "Cpu, all cores", [this] { em_of(*hosts_.all, data_); }},
            {Role::resident, "Cuda, rows there", [this] { there(there_); }},
            {Role::with_transfers, "Cuda, from the host", [this] { there(to_device(ctx_, theirs_)); }}};
  }
  /// Multiplications and additions of quadratic forms and of weighted moments, as many again are exponentials.
  Demand demand() const override {
    constexpr double d = Clusters::dimensions, k = Clusters::components;
    return {Demand::Of::flops, static_cast<double>(data_.rows) * k * 2 * (d * (d + 1) + 2 * d + 1),
            "quadratic forms and moments alone"};
  }
  double pieces() const override { return em_iterations; }

 private:
  Found there(const Buffer<double, Cuda>& points) {
    const auto x = row_major<DeviceSpace>(points.data(), data_.rows, index_t{Clusters::dimensions});
    const mixture::EmResult found = mixture::em(ctx_, data_.start, x, em_options());
    return {found.model, found.lower_bounds};
  }

  Hosts hosts_;
  Clusters data_;
  std::vector<double> theirs_;
  Context<Cuda> ctx_;
  Buffer<double, Cuda> there_;
};

}  // namespace

std::vector<Gate> gates_of_em() {
  return {{"em", "an iteration of EM, eight full covariances in eight dimensions", "rows", 1000000, 400, Role::resident,
           Role::one_core, 100, [](const Setup& s) -> std::unique_ptr<Work> {
             return std::make_unique<ExpectationMaximisation>(s.size, s.broken);
           }}};
}

}  // namespace isonomy::gates
