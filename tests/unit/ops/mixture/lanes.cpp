// The lane functions: accuracy of exp2 and log over their whole range, and edge values, on every instruction set.
#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/cpu/instruction_set.hpp"
#include "isonomy/cpu/mixture/kernels.hpp"
#include "isonomy/ops/mixture/kernels/block_sums.hpp"
#include "isonomy/ops/mixture/kernels/scalar.hpp"
#include "support/catch.hpp"
#include "support/numbers.hpp"

using namespace isonomy;
using lanes::Lanes;
using test::ulps;

namespace {

double exp2_of(double t) { return lanes::exp2<Lanes>(t); }
double log_of(double x) { return lanes::logarithm<Lanes>(x); }

}  // namespace

TEST_CASE("exp2 of lanes is within 1.2 units in the last place from -1021 to 1000", "[mixture]") {
  double worst = 0;
  for (double t = -1021; t <= 1000; t += 0.00103107)
    worst = std::max(worst, ulps(exp2_of(t), std::exp2(static_cast<long double>(t))));
  for (std::uint64_t i = 0; i < 200000; ++i) {
    const double t = (i % 2 == 0 ? 1 : -1) * std::exp2(4 - 60 * random_unit(1, i));  // towards 0
    worst = std::max(worst, ulps(exp2_of(t), std::exp2(static_cast<long double>(t))));
  }
  INFO(worst);
  CHECK(worst <= 1.2);
  CHECK(worst > 0.5);
}

TEST_CASE("exp2 of lanes at the edges of its range", "[mixture]") {
  CHECK(exp2_of(0) == 1);
  CHECK(exp2_of(-0.0) == 1);
  CHECK(exp2_of(-1) == 0.5);
  CHECK(exp2_of(1) == 2);
  CHECK(exp2_of(1000) == 0x1p1000);
  CHECK(exp2_of(std::numeric_limits<double>::denorm_min()) == 1);
  CHECK(exp2_of(-1020) == 0x1p-1020);
  CHECK(exp2_of(-1021) == 0x1p-1021);
  CHECK(exp2_of(-1022) == 0x1p-1021);
  CHECK(exp2_of(-1e300) == 0x1p-1021);
  CHECK(exp2_of(-std::numeric_limits<double>::infinity()) == 0x1p-1021);
  CHECK(exp2_of(std::numeric_limits<double>::quiet_NaN()) == 0x1p-1021);
  CHECK(exp2_of(-std::numeric_limits<double>::denorm_min()) == 1);
}

TEST_CASE("log of lanes is within 2 units in the last place over all binades", "[mixture]") {
  double worst = 0;
  const auto check = [&](double x) { worst = std::max(worst, ulps(log_of(x), std::log(static_cast<long double>(x)))); };
  for (std::uint64_t i = 0; i < 400000; ++i) check(std::exp2(2040 * random_unit(2, i) - 1020));
  for (std::uint64_t i = 0; i < 400000; ++i) check(0.5 + 1.5 * random_unit(3, i));
  for (int k = 1; k < 52; ++k) {
    check(1 + std::ldexp(1.0, -k));
    check(1 - std::ldexp(1.0, -k));
  }
  INFO(worst);
  CHECK(worst <= 2);
  CHECK(log_of(1) == 0);
}

TEST_CASE("the product of lanes keeps its exponent apart", "[mixture]") {
  std::vector<double> x(block_lanes, 0x1.8p500);
  x[3] = 1;
  const lanes::ScaledProduct p = lanes::product_of_lanes(x.data());
  CHECK(p.exponent == 500 * 31);
  CHECK(p.significand == Approx(std::pow(1.5, 31)).epsilon(1e-14));
}

#if defined(__x86_64__)
namespace {

/// f of every instruction set's registers on the same numbers, as bits of a store.
template <class L, class F>
[[gnu::noinline]] std::vector<double> mapped(const std::vector<double>& x, const F& f) {
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i + L::width <= x.size(); i += L::width) f(x.data() + i, out.data() + i);
  return out;
}

#include "isonomy/cpu/lanes/begin_avx2.hpp"
void exp2_avx2(const double* x, double* out) {
  using L = cpu::avx2::Lanes;
  L::store(out, cpu::avx2::exp2<L>(L::load(x)));
}
void log_avx2(const double* x, double* out) {
  using L = cpu::avx2::Lanes;
  L::store(out, cpu::avx2::logarithm<L>(L::load(x)));
}
#include "isonomy/cpu/lanes/end.hpp"

#include "isonomy/cpu/lanes/begin_avx512.hpp"
void exp2_avx512(const double* x, double* out) {
  using L = cpu::avx512::Lanes;
  L::store(out, cpu::avx512::exp2<L>(L::load(x)));
}
void log_avx512(const double* x, double* out) {
  using L = cpu::avx512::Lanes;
  L::store(out, cpu::avx512::logarithm<L>(L::load(x)));
}
#include "isonomy/cpu/lanes/end.hpp"

}  // namespace

TEST_CASE("elementary functions have the same bits on every instruction set", "[mixture]") {
  std::vector<double> t, x;
  for (std::uint64_t i = 0; i < 80000; ++i) {
    t.push_back(1000 - 2030 * random_unit(4, i));
    t.push_back(-std::exp2(4 - 60 * random_unit(5, i)));
    x.push_back(std::exp2(2040 * random_unit(6, i) - 1020));
    x.push_back(0.5 + random_unit(7, i));
  }
  t[0] = 0, t[1] = -std::numeric_limits<double>::infinity(), t[2] = std::numeric_limits<double>::quiet_NaN();
  const auto scalar_exp2 = mapped<Lanes>(t, [](const double* p, double* out) { *out = exp2_of(*p); });
  const auto scalar_log = mapped<Lanes>(x, [](const double* p, double* out) { *out = log_of(*p); });
  if (cpu::best_instruction_set() >= cpu::InstructionSet::avx2) {
    CHECK(mapped<cpu::avx2::Lanes>(t, exp2_avx2) == scalar_exp2);
    CHECK(mapped<cpu::avx2::Lanes>(x, log_avx2) == scalar_log);
  }
  if (cpu::best_instruction_set() >= cpu::InstructionSet::avx512) {
    CHECK(mapped<cpu::avx512::Lanes>(t, exp2_avx512) == scalar_exp2);
    CHECK(mapped<cpu::avx512::Lanes>(x, log_avx512) == scalar_log);
  }
}
#endif
