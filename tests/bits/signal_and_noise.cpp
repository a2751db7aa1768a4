// Fits of signal and noise to even, uneven and missing data.
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "bits/results.hpp"

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"

using namespace isonomy;

namespace {

constexpr index_t units = 14, conditions = 25, trials = 4;

void fit_and_print(const std::string& name, const std::vector<double>& x, gsn::Uneven uneven) {
  gsn::GsnOptions options;
  options.uneven = uneven;
  options.returns = {true, true, true, true, true, true, true, true, true};
  Context<Cpu> ctx;
  const auto r = gsn::fit(ctx, gsn::trials_fastest(x.data(), units, conditions, trials), options);
  {
    bits::Line line("gsn." + name + ".levels");
    line.add(r.shrinklevelN).add(r.shrinklevelD).add(r.numiters.value_or(-1)).add(r.noise.form).add(r.data.form);
    for (const auto* choice : {&r.noise, &r.data})
      for (const double nll : choice->nll) line.add(nll == nll ? nll : 0);
  }
  bits::Line line("gsn." + name + ".fit");
  line.add(r.mnS).add(r.ncsnr).add(r.eigvals_signal).add(r.eigvals_difference);
  for (const auto* m : {&r.cN, &r.cS, &r.cD, &r.cNb, &r.cSb, &r.eigvecs_signal, &r.eigvecs_difference})
    for (index_t i = 0; i < units * units; ++i) line.add(m->data()[i]);
}

}  // namespace

void bits::signal_and_noise() {
  std::vector<double> x = gsn::portable_data(
      {.units = units, .conditions = conditions, .trials = trials, .signal_rank = 3, .noise_size = 1, .seed = 4});
  fit_and_print("even", x, gsn::Uneven::fast);
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> uneven = x;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto condition = k / trials % conditions, trial = k % trials;
    if (trial >= trials - condition % 3) uneven[k] = none;
    if ((7 * k + k / (conditions * trials)) % 17 == 0) x[k] = none;
  }
  fit_and_print("uneven", uneven, gsn::Uneven::fast);
  fit_and_print("missing", x, gsn::Uneven::missing);
}
