// The likelihood of a mixture of two peaks, and its gradient, beside a copy that moves the bytes of the points.
#include "../host/mixture.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "resident.hpp"
#include "rows.hpp"

namespace isonomy::gates {
namespace {

class Mixture final : public Work {
 public:
  Mixture(index_t points, bool broken, MixtureOrder order)
      : x_(points_of_two_peaks(points)), theirs_(broken ? with_fault(x_, true) : std::vector<double>()), order_(order),
        ctx_(device_context()), there_(to_device(ctx_, given())), copy_(ctx_, bytes()) {}

  std::string difference() override { return difference_of(there(there_), likelihood(*hosts_.all, x_, order_)); }
  std::vector<Leg> legs() override {
    return {{Role::one_core, "Cpu, one core", [this] { likelihood(*hosts_.one, x_, order_); }},
            {Role::all_cores, "Cpu, all cores", [this] { likelihood(*hosts_.all, x_, order_); }},
            {Role::resident, "Cuda, points there", [this] { there(there_); }},
            {Role::with_transfers, "Cuda, from the host", [this] { there(to_device(ctx_, given())); }},
            {Role::yardstick, "copy of as many bytes", [this] { copy_.run(); }}};
  }
  Demand demand() const override { return {Demand::Of::bytes, bytes(), "each point, read once"}; }

 private:
  [[nodiscard]] const std::vector<double>& given() const { return theirs_.empty() ? x_ : theirs_; }
  [[nodiscard]] double bytes() const { return sizeof(double) * static_cast<double>(x_.size()); }
  mixture::Likelihood there(const Buffer<double, Cuda>& points) {
    return mixture::evaluate(ctx_, mixture::shared_mean_pair(), points.view(), parameters_of_two_peaks, order_);
  }

  Hosts hosts_;
  std::vector<double> x_, theirs_;
  MixtureOrder order_;
  Context<Cuda> ctx_;
  Buffer<double, Cuda> there_;
  CopyOfBytes copy_;
};

template <MixtureOrder order>
std::unique_ptr<Work> make_mixture(const Setup& setup) {
  return std::make_unique<Mixture>(setup.size, setup.broken, order);
}

}  // namespace

std::vector<Gate> gates_of_mixture() {
  constexpr index_t points = 100000000, least = 1000;
  return {{"mixture-value", "the likelihood of two peaks", "points", points, least, Role::resident, Role::yardstick,
           0.55, &make_mixture<MixtureOrder::value>},
          {"mixture-gradient", "the likelihood of two peaks and its gradient", "points", points, least, Role::resident,
           Role::yardstick, 0.45, &make_mixture<MixtureOrder::gradient>}};
}

}  // namespace isonomy::gates
