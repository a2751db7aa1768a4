// says: is written for any number type
#include <cmath>
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/user_density/user_density.hpp"

struct Exponential {
#ifdef MISTAKE
  double operator()(double x, const double* theta) const { return std::log(theta[0]) - theta[0] * x; }
#else
  template <class N>
  N operator()(double x, const N* theta) const {
    using std::log;
    return log(theta[0]) - theta[0] * x;
  }
#endif
};

auto value(isonomy::Context<isonomy::Cpu>& cpu, const std::vector<double>& x) {
  isonomy::mixture::DensityLikelihood<isonomy::Context<isonomy::Cpu>, double, 1, Exponential> f(
      cpu, {}, isonomy::view(x), {"rate"});
  return f.at({1}, isonomy::MixtureOrder::hessian);
}
