// simulate_data: covariances that are what was asked for, alignment, the truth, generators, same bits, bad options.
#include "isonomy/estimators/gsn/simulation/simulate_data.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/compiled/gsn.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "support/catch.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/naive.hpp"
#include "support/gsn/trials.hpp"
#include "support/message.hpp"

using namespace isonomy;
using gsn::Generator;
using gsn::simulate_data;
using gsn::SimulationOptions;
using test::largest;

namespace {

test::SquareMatrix transposed_of(const test::SquareMatrix& a) {
  return test::square_of(a.n, [&](index_t i, index_t j) { return a(j, i); });
}
double cosine(const Matrix<double, Cpu>& u, const Matrix<double, Cpu>& v, index_t j) {
  double sum = 0;
  for (index_t i = 0; i < u.rows(); ++i) sum += u.view()(i, j) * v.view()(i, j);
  return sum;
}
test::Trials responses_of(Context<Cpu>& ctx, const SimulationOptions& o, const Buffer<double, Cpu>& x) {
  return {o.nvox, o.ncond, o.ntrial, to_host(ctx, x)};
}

}  // namespace

TEST_CASE("simulated covariances have the eigenvalues and vectors that are told", "[gsn]") {
  Context<Cpu> ctx;
  for (const index_t n : {1, 2, 5, 33, 70}) {
    const SimulationOptions o{.nvox = n,
                              .ncond = 3,
                              .ntrial = 2,
                              .signal_decay = 0.5,
                              .noise_decay = 2,
                              .noise_multiplier = 4,
                              .align_alpha = 0.5,
                              .align_k = n / 2,
                              .random_seed = 5};
    const auto s = simulate_data(ctx, o);
    CHECK(s.warnings.empty());
    const auto check = [&](const Matrix<double, Cpu>& vectors, const Matrix<double, Cpu>& covariance, double first,
                           double decay, const std::vector<double>& told) {
      const test::SquareMatrix u = test::square(vectors);
      CHECK(largest(transposed_of(u) * u - test::identity(n)) < 1e-13);
      const test::SquareMatrix w = test::square_of(
          n, [&](index_t i, index_t j) { return i == j ? first * std::pow(static_cast<double>(i + 1), -decay) : 0.0; });
      CHECK(told.back() == w(n - 1, n - 1));
      CHECK(largest(u * w * transposed_of(u) - test::square(covariance)) < 1e-13 * first);
    };
    check(s.U_signal, s.signal_cov, 1, 0.5, s.signal_eigs);
    check(s.U_noise, s.noise_cov, 4, 2, s.noise_eigs);
  }
}

TEST_CASE("the first directions of noise are as near to those of signal as asked for", "[gsn]") {
  Context<Cpu> ctx;
  SimulationOptions o{.nvox = 40, .ncond = 2, .ntrial = 1, .align_k = 3};
  for (const double alpha : {0.0, 0.3, 0.9, 1.0}) {
    o.align_alpha = alpha;
    const auto s = simulate_data(ctx, o);
    CHECK(std::abs(cosine(s.U_signal, s.U_noise, 0) - alpha) < 1e-14);
    for (index_t j = 1; j < 3; ++j)
      CHECK(std::abs(cosine(s.U_signal, s.U_noise, j) - alpha) < (alpha == 1 ? 1e-14 : 0.3));
    CHECK(std::abs(cosine(s.U_signal, s.U_noise, 20)) < 0.7);
  }
  o.align_alpha = 1.5;
  const auto s = simulate_data(ctx, o);
  CHECK(s.warnings == std::vector<std::string>{"simulate_data: align_alpha=1.5 is taken as 1; it is from 0 to 1"});
  CHECK(std::abs(cosine(s.U_signal, s.U_noise, 2) - 1) < 1e-14);
}

TEST_CASE("simulated data have the covariances of the truth, closer with more conditions", "[gsn]") {
  Context<Cpu> ctx;
  for (const Generator generator : {Generator::philox, Generator::portable}) {
    double before = 0;
    for (const index_t conditions : {50, 5000}) {
      const SimulationOptions o{
          .nvox = 4, .ncond = conditions, .ntrial = 3, .noise_multiplier = 2, .random_seed = 9, .generator = generator};
      const auto s = simulate_data(ctx, o);
      const test::Trials d = responses_of(ctx, o, s.train);
      const test::SquareMatrix noise = test::noise_covariance(d);
      const test::SquareMatrix signal = test::data_covariance(d) - 1.0 / 3 * noise;
      const double off = largest(noise - test::square(s.noise_cov)) + largest(signal - test::square(s.signal_cov));
      if (conditions == 50) before = off;
      if (conditions == 5000) CHECK((off < 0.15 && off < before / 2));
    }
  }
}

TEST_CASE("train and test share their signal and nothing else", "[gsn]") {
  Context<Cpu> ctx;
  SimulationOptions o{.nvox = 3, .ncond = 400, .ntrial = 2, .random_seed = 4};
  const auto s = simulate_data(ctx, o);
  std::vector<double> a, b;
  for (index_t k = 0; k < 400 * 2; ++k) {
    a.push_back(s.train.data()[k] - s.signal.view()(0, k / 2));
    b.push_back(s.test.data()[k] - s.signal.view()(0, k / 2));
  }
  const double r = test::centred_product(a, b) / std::sqrt(test::centred_product(a, a) * test::centred_product(b, b));
  CHECK(std::abs(r) < 0.15);
  o.noise_multiplier = 0;
  const auto silent = simulate_data(ctx, o);
  CHECK(to_host(ctx, silent.train) == to_host(ctx, silent.test));
  CHECK(silent.train.data()[2 * 400 * 2 + 7] == silent.signal.view()(2, 3));
}

TEST_CASE("a seed gives the same data for any number of threads, another seed others", "[gsn]") {
  const auto of = [](std::uint64_t seed, int threads) {
    Context<Cpu> ctx(cpu::ContextOptions{.threads = threads});
    return to_host(ctx, simulate_data(ctx, {.nvox = 70, .ncond = 5, .ntrial = 2, .random_seed = seed}).train);
  };
  const std::vector<double> one = of(1, 1);
  CHECK(one == of(1, 4));
  CHECK(one != of(2, 1));
}

TEST_CASE("the portable generator draws in the order that is told", "[gsn]") {
  Context<Cpu> ctx;
  const auto s =
      simulate_data(ctx, {.nvox = 1, .ncond = 2, .ntrial = 2, .random_seed = 3, .generator = Generator::portable});
  gsn::PortableStream stream(3);
  const double u = stream.normal() < 0 ? -1 : 1, v = stream.normal() < 0 ? -1 : 1;
  CHECK(s.U_signal.data()[0] == u);
  CHECK(s.U_noise.data()[0] == v);
  const double signal[] = {u * stream.normal(), u * stream.normal()};
  for (std::size_t t = 0; t < 2; ++t)
    for (const auto* x : {&s.train, &s.test})
      for (std::size_t c = 0; c < 2; ++c)
        CHECK(x->data()[2 * c + t] == Approx(signal[c] + v * stream.normal()).epsilon(1e-15));
}

TEST_CASE("simulate_data names the option that it cannot use", "[gsn]") {
  Context<Cpu> ctx;
  CHECK(test::message<ValueError>([&] { (void)simulate_data(ctx, {.nvox = 4, .ncond = 0, .ntrial = 2}); }) ==
        "simulate_data: ncond=0; expected at least 1; give the number of conditions");
  CHECK(test::message<ValueError>([&] {
          (void)simulate_data(ctx, {.nvox = 4, .ncond = 3, .ntrial = 2, .align_k = 5});
        }) == "simulate_data: align_k=5; expected from 0 to the number of units; 0 aligns none");
  CHECK(test::message<ValueError>([&] {
          (void)simulate_data(ctx, {.nvox = 4, .ncond = 3, .ntrial = 2, .noise_multiplier = -1});
        }).find("noise_multiplier=-1") != std::string::npos);
  CHECK(test::message<ValueError>([&] {
          (void)simulate_data(ctx, {.nvox = 30, .ncond = 2, .ntrial = 1, .signal_decay = -400});
        }) == "simulate_data: signal_decay=-400; expected one with nvox^-signal_decay in the range of doubles; take a "
              "larger one");
  CHECK(test::message<ValueError>([&] {
          (void)simulate_data(ctx,
                              {.nvox = 30, .ncond = 2, .ntrial = 1, .noise_decay = -150, .noise_multiplier = 1e200});
        }).find("noise_multiplier=1e+200") != std::string::npos);
  CHECK(test::message<ValueError>([&] {
          (void)simulate_data(ctx, {.nvox = 4,
                                    .ncond = 3,
                                    .ntrial = 2,
                                    .random_seed = std::uint64_t{1} << 32,
                                    .generator = Generator::portable});
        }).find("random_seed=4294967296") != std::string::npos);
}
