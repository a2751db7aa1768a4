// says nothing: the arguments of the template are found out
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/objective.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"

auto gradient(isonomy::Context<isonomy::Cpu>& cpu, const std::vector<double>& x,
              const isonomy::mixture::Chunks<float>& y) {
  using namespace isonomy::mixture;
  const std::vector<double> start{0.5, 0, 1, 2};
  NormalLikelihood plain(cpu, shared_mean_pair(), isonomy::view(x), start);
  NormalLikelihood pieces(cpu, shared_mean_pair(), y, start);
  WeightedLikelihood weighted(cpu, shared_mean_pair(), isonomy::view(x), isonomy::view(x), start);
  return plain.at(start, isonomy::MixtureOrder::gradient).nll + pieces.data_sigma() + weighted.sum_of_weights();
}
