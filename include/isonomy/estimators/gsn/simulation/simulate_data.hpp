// simulate_data: responses with known covariances of signal and noise, aligned as much as asked for.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/psd/nearest_psd.hpp"
#include "isonomy/estimators/gsn/simulation/orthonormalise.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/special/normal_quantile.hpp"

namespace isonomy::gsn {

/// Where numbers come from: Philox and the normal quantile, or a PortableStream, of which twelve uniforms make a number
/// that is nearly normal and has the same bits in every language.
enum class Generator { philox, portable };

/// Names and defaults of simulate_data in cvnlab/GSN, but for the generator.
struct SimulationOptions {
  index_t nvox = 0, ncond = 0, ntrial = 0;
  double signal_decay = 1, noise_decay = 1;  ///< eigenvalue number k is k^-decay
  double noise_multiplier = 1;               ///< of the noise's eigenvalues
  double align_alpha = 0;  ///< of the first align_k directions of noise to those of signal: 1 the same, 0 orthogonal
  index_t align_k = 0;
  std::uint64_t random_seed = 0;
  Generator generator = Generator::philox;
};

/// Data and the truth about them. Matrices of units x units have both triangles.
template <class Tag>
struct Simulation {
  Buffer<double, Tag> train, test;  ///< units x conditions x trials, trials fastest; the same signal, other noise
  Matrix<double, Tag> signal;       ///< units x conditions
  Matrix<double, Tag> signal_cov, noise_cov;
  Matrix<double, Tag> U_signal, U_noise;  ///< eigenvectors
  std::vector<double> signal_eigs, noise_eigs;
  std::vector<std::string> warnings;
};

namespace detail {

/// Normal numbers, one after the other.
class NormalNumbers {
 public:
  explicit NormalNumbers(const SimulationOptions& o)
      : generator_(o.generator), seed_(o.random_seed), stream_(static_cast<std::uint32_t>(o.random_seed)) {}

  [[nodiscard]] double operator()() {
    if (generator_ == Generator::portable) return stream_.normal();
    const std::uint64_t bits = random_bits(seed_, counter_++) >> 12;
    return normal_quantile((static_cast<double>(bits) + 0.5) * 0x1p-52);
  }

 private:
  Generator generator_;
  std::uint64_t seed_, counter_ = 0;
  PortableStream stream_;
};

/// Column j of the noise's directions turned towards that of the signal: alpha of it, the rest orthogonal to it.
template <MemorySpace Space>
struct Align {
  MatrixView<const double, Space> signal;
  MatrixView<double, Space> noise;
  double alpha;

  ISONOMY_HD void operator()(index_t j) const {
    Rounded common = 0, norm = 0;
    for (index_t i = 0; i < signal.rows; ++i) common += Rounded(signal(i, j)) * noise(i, j);
    for (index_t i = 0; i < signal.rows; ++i) {
      noise(i, j) -= common * signal(i, j);
      norm += Rounded(noise(i, j)) * noise(i, j);
    }
    const double orthogonal = signal.rows > 1 ? std::sqrt((1 - alpha) * (1 + alpha)) / std::sqrt(double{norm}) : 0;
    const double along = signal.rows > 1 ? alpha : 1;
    for (index_t i = 0; i < signal.rows; ++i)
      noise(i, j) = Rounded(along) * signal(i, j) + Rounded(orthogonal) * noise(i, j);
  }
};

/// out(:, c*trials + t) = signal(:, c).
template <MemorySpace Space>
struct RepeatColumns {
  MatrixView<const double, Space> signal;
  MatrixView<double, Space> out;
  index_t trials;

  ISONOMY_HD void operator()(index_t i) const {
    for (index_t k = 0; k < out.columns; ++k) out(i, k) = signal(i, k / trials);
  }
};

inline void require_simulation(const SimulationOptions& o) {
  const auto rule = [](bool good, const char* name, auto value, const char* expected) {
    if (!good) throw ValueError(text::joined({"simulate_data: ", name, "=", value, "; expected ", expected}));
  };
  rule(o.nvox >= 1, "nvox", o.nvox, "at least 1; give the number of units");
  rule(o.ncond >= 1, "ncond", o.ncond, "at least 1; give the number of conditions");
  rule(o.ntrial >= 1, "ntrial", o.ntrial, "at least 1; give the number of trials of a condition");
  rule(std::isfinite(o.signal_decay), "signal_decay", o.signal_decay, "a finite number; 1 is the default");
  rule(std::isfinite(o.noise_decay), "noise_decay", o.noise_decay, "a finite number; 1 is the default");
  const auto fits = [&](double decay) { return std::isfinite(std::pow(static_cast<double>(o.nvox), 1 - decay)); };
  rule(fits(o.signal_decay), "signal_decay", o.signal_decay,
       "one with nvox^-signal_decay in the range of doubles; take a larger one");
  rule(fits(o.noise_decay), "noise_decay", o.noise_decay,
       "one with nvox^-noise_decay in the range of doubles; take a larger one");
  rule(std::isfinite(o.noise_multiplier) && o.noise_multiplier >= 0, "noise_multiplier", o.noise_multiplier,
       "a finite number of at least 0; 0 makes no noise");
  rule(std::isfinite(o.noise_multiplier * std::max(1.0, std::pow(static_cast<double>(o.nvox), 1 - o.noise_decay))),
       "noise_multiplier", o.noise_multiplier,
       "a number whose products with k^-noise_decay are in the range of doubles; take a smaller one");
  rule(!std::isnan(o.align_alpha), "align_alpha", o.align_alpha, "a number from 0 to 1; 0 is the default");
  rule(o.align_k >= 0 && o.align_k <= o.nvox, "align_k", o.align_k, "from 0 to the number of units; 0 aligns none");
  rule(o.generator == Generator::philox || o.random_seed <= std::numeric_limits<std::uint32_t>::max(), "random_seed",
       o.random_seed, "32 bits for the portable generator; take a smaller one, or Generator::philox");
}

/// The steps of simulate_data().
template <ContextLike Ctx>
class Simulator {
 public:
  using Tag = typename Ctx::tag;
  using Space = typename Ctx::space;
  using Constant = MatrixView<const double, Space>;

  Simulator(Ctx& ctx, const SimulationOptions& o) : ctx_(ctx), o_(o), draw_(o) {}

  [[nodiscard]] Simulation<Tag> run() {
    Simulation<Tag> s;
    s.signal_eigs = eigenvalues(1, o_.signal_decay);
    s.noise_eigs = eigenvalues(o_.noise_multiplier, o_.noise_decay);
    s.U_signal = directions();
    orthonormalise(ctx_, s.U_signal.view());
    s.U_noise = directions();
    if (o_.align_k > 0)
      for_each(ctx_, o_.align_k, Align<Space>{s.U_signal.view(), s.U_noise.view(), alpha(s.warnings)});
    orthonormalise(ctx_, s.U_noise.view());
    const auto of_signal = scaled(s.U_signal, s.signal_eigs), of_noise = scaled(s.U_noise, s.noise_eigs);
    s.signal_cov = square_of(of_signal);
    s.noise_cov = square_of(of_noise);
    s.signal = Matrix<double, Tag>(ctx_, o_.nvox, o_.ncond, "simulate_data: signal");
    {
      std::vector<double> z(static_cast<std::size_t>(o_.ncond * o_.nvox));
      for (double& x : z) x = draw_();
      const auto device = to_device(ctx_, z, "simulate_data: numbers");
      gemm(ctx_, 1, of_signal.view(), column_major<Space>(device.data(), o_.nvox, o_.ncond), 0, s.signal.view());
    }
    std::vector<double> train, test;
    draw_noise(train, test);
    s.train = responses(s.signal, of_noise, train);
    s.test = responses(s.signal, of_noise, test);
    return s;
  }

 private:
  [[nodiscard]] std::vector<double> eigenvalues(double first, double decay) const {
    std::vector<double> w;
    for (index_t k = 1; k <= o_.nvox; ++k) w.push_back(first * std::pow(static_cast<double>(k), -decay));
    return w;
  }

  /// alpha within its bounds.
  [[nodiscard]] double alpha(std::vector<std::string>& warnings) const {
    if (o_.align_alpha >= 0 && o_.align_alpha <= 1) return o_.align_alpha;
    warnings.push_back(text::joined("simulate_data: align_alpha=", o_.align_alpha, " is taken as ",
                                    o_.align_alpha < 0 ? 0 : 1, "; it is from 0 to 1"));
    return o_.align_alpha < 0 ? 0 : 1;
  }

  /// Normal numbers, drawn by rows.
  [[nodiscard]] Matrix<double, Tag> directions() {
    std::vector<double> z(static_cast<std::size_t>(o_.nvox * o_.nvox));
    for (double& x : z) x = draw_();
    const auto device = to_device(ctx_, z, "simulate_data: numbers");
    Matrix<double, Tag> m(ctx_, o_.nvox, o_.nvox, "simulate_data: directions");
    copy(ctx_, Constant(row_major<Space>(device.data(), o_.nvox, o_.nvox)), m.view());
    return m;
  }

  /// The factor F of the covariance F*F^T with these eigenvectors and eigenvalues.
  [[nodiscard]] Matrix<double, Tag> scaled(const Matrix<double, Tag>& u, const std::vector<double>& w) {
    const auto device = to_device(ctx_, w, "simulate_data: eigenvalues");
    Matrix<double, Tag> f(ctx_, o_.nvox, o_.nvox, "simulate_data: factor of a covariance");
    for_each(ctx_, o_.nvox, ScaleByRoots<Space>{u.view(), device.view(), f.view()});
    return f;
  }

  [[nodiscard]] Matrix<double, Tag> square_of(const Matrix<double, Tag>& factor) {
    Matrix<double, Tag> m(ctx_, o_.nvox, o_.nvox, "simulate_data: covariance");
    syrk(ctx_, 1, transposed(factor.view()), 0, m.view());
    return m;
  }

  /// Of each trial the numbers of train, then of test; conditions x units, trials between them in memory.
  void draw_noise(std::vector<double>& train, std::vector<double>& test) {
    const auto n = static_cast<std::size_t>(o_.nvox), trials = static_cast<std::size_t>(o_.ntrial);
    const auto conditions = static_cast<std::size_t>(o_.ncond);
    train.resize(n * conditions * trials);
    test.resize(n * conditions * trials);
    for (std::size_t t = 0; t < trials; ++t)
      for (std::vector<double>* to : {&train, &test})
        for (std::size_t c = 0; c < conditions; ++c)
          for (std::size_t i = 0; i < n; ++i) (*to)[(c * trials + t) * n + i] = draw_();
  }

  [[nodiscard]] Buffer<double, Tag> responses(const Matrix<double, Tag>& signal, const Matrix<double, Tag>& of_noise,
                                              const std::vector<double>& numbers) {
    const index_t columns = o_.ncond * o_.ntrial;
    const auto z = to_device(ctx_, numbers, "simulate_data: numbers");
    Buffer<double, Tag> out(ctx_, o_.nvox * columns, "simulate_data: responses");
    const auto x = row_major<Space>(out.data(), o_.nvox, columns);
    for_each(ctx_, o_.nvox, RepeatColumns<Space>{signal.view(), x, o_.ntrial});
    gemm(ctx_, 1, of_noise.view(), column_major<Space>(z.data(), o_.nvox, columns), 1, x);
    return out;
  }

  Ctx& ctx_;
  const SimulationOptions& o_;
  NormalNumbers draw_;
};

}  // namespace detail

/// Responses of units to conditions, twice the same signal with other noise, and the truth behind them.
///
/// Signal and noise are normal with mean 0; their covariances have eigenvalues k^-decay (noise: times its multiplier)
/// and random orthonormal eigenvectors. The first align_k of the noise's are turned towards those of the signal:
/// align_alpha of the one, the rest orthogonal to it; each is then freed of those before it, so that the first alone
/// has exactly this cosine.
///
/// Numbers are drawn on the host in the order directions of signal, of noise (by rows), signal, and of each trial the
/// noise of train and of test. align_alpha beyond 0 and 1 is taken as the nearer of the two, with a warning.
///
/// Errors: ValueError naming the option; OutOfMemory. O(n^3 + n^2 conditions trials); workspace of 3 n^2 doubles, and
/// as many as one set of responses has on host and device. Deterministic as gemm(), syrk() and cholesky(): on
/// Backend<Cpu> the same bits for any thread count.
template <ContextLike Ctx>
[[nodiscard]] Simulation<typename Ctx::tag> simulate_data(Ctx& ctx, const SimulationOptions& options) {
  detail::require_simulation(options);
  return detail::Simulator<Ctx>(ctx, options).run();
}

}  // namespace isonomy::gsn
