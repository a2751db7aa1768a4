// Profiling and mixture on compositions of backends: written once, the same bits on each.
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/compiled/mixture.hpp"
#include "isonomy/compiled/profiling.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/mixture/weights.hpp"
#include "support/profiling/data.hpp"

using namespace isonomy;

namespace isonomy::test {

/// A few operations of an estimator each, some of them for small calls alone.
struct Partial {};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Partial> {
  using tag = test::Partial;
  using space = HostSpace;
  using context = cpu::Context;
  using Host = Backend<Cpu>;
  static constexpr const char* name() { return "Partial"; }
  static bool available() noexcept { return true; }

  static Acceptance accepts(op::joint_residue_counts, const CallShape& shape) {
    return shape[1][0] % 2 == 0 ? Acceptance(true) : decline("an odd number of pairs");
  }
  static void joint_residue_counts(context& ctx, MatrixView<const std::uint8_t> codes,
                                   VectorView<const PositionPair> pairs, MatrixView<std::uint32_t> out) {
    Host::joint_residue_counts(ctx, codes, pairs, out);
  }
  template <Real T>
  static void gemm(context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta, MatrixView<T> out) {
    Host::gemm(ctx, alpha, a, b, beta, out);
  }
  static Acceptance accepts(op::mixture_sums, const CallShape& shape) {
    return shape[0][0] < 2000 ? Acceptance(true) : decline("2000 points and more");
  }
  template <class Term>
  static void mixture_sums(context& ctx, const Term& term, MixtureOrder order, VectorView<const double> x,
                           MatrixView<double> out) {
    Host::mixture_sums(ctx, term, order, x, out);
  }
};

namespace isonomy::test {
namespace {

/// Everything that a result says, so that two results can be told apart by their bits.
std::string written(const profiling::ProfileResult& result) {
  std::string out;
  for (const profiling::FeatureRow& r : result.features) {
    out += r.feature + " " + r.positions;
    for (const double x : {r.abs_auc, r.abs_mean_dif, r.mean_dif, r.std_test, r.std_ref, r.p_value, r.p_val_fdr_bh})
      out += " " + text::decimals(x);
    out += "\n";
  }
  return out;
}
std::string written(const mixture::FitResult& result) {
  std::string out = text::decimals(result.minimum.nll);
  for (const double x : result.minimum.parameters) out += " " + text::decimals(x);
  for (const double x : result.hesse.covariance) out += " " + text::decimals(x);
  return out;
}

template <class Ctx>
profiling::ProfileResult profiled(Ctx& ctx) {
  return profiling::fit(ctx, set_of(synthetic(24)), every_scale(40), {.n_filter = 20});
}
template <class Ctx>
mixture::FitResult fitted(Ctx& ctx, std::size_t points) {
  const std::vector<double> x = two_peaks(static_cast<int>(points));
  return mixture::fit(ctx, mixture::shared_mean_pair(), view(x), {0.5, 0, 1, 2});
}

using Chained = Chain<Partial, Cpu>;
using CheckedCpu = Checked<Cpu, Reference>;
const OperationBackend* told(const Report& report, const std::string& operation) {
  for (const OperationBackend& o : report.operations)
    if (o.operation == operation) return &o;
  return nullptr;
}

}  // namespace
}  // namespace isonomy::test
using namespace isonomy::test;

TEST_CASE("profiling runs unchanged on compositions, with the same bits", "[compose]") {
  Context<Cpu> plain;
  const std::string expected = written(profiled(plain));
  REQUIRE(!expected.empty());
  Context<Chained> chained;
  const profiling::ProfileResult result = profiled(chained);
  CHECK(written(result) == expected);
  REQUIRE(told(result.report, "gemm") != nullptr);
  CHECK(told(result.report, "gemm")->backend == "Partial");
  CHECK(told(result.report, "residue_rank_sums")->backend == "Cpu");
  CHECK(told(result.report, "residue_rank_sums")->declined.front().backend == "Partial");
  Context<CheckedCpu> checked;
  CHECK(written(profiled(checked)) == expected);
  CHECK(checked.checks().checked > 0);
  Context<Traced<Cpu>> traced;
  CHECK(written(profiled(traced)) == expected);
  CHECK(!traced.trace().events.empty());
}

TEST_CASE("mixture runs unchanged on compositions, with the same bits", "[compose]") {
  for (const std::size_t points : {1000u, 3000u}) {
    Context<Cpu> plain;
    const std::string expected = written(fitted(plain, points));
    Context<Chained> chained;
    const mixture::FitResult result = fitted(chained, points);
    CHECK(written(result) == expected);
    REQUIRE(told(result.report, "mixture_sums") != nullptr);
    CHECK(told(result.report, "mixture_sums")->backend == (points < 2000 ? "Partial" : "Cpu"));
    Context<CheckedCpu> checked;
    CHECK(written(fitted(checked, points)) == expected);
    CHECK(checked.checks().checked > 0);
    Context<Traced<Cpu>> traced;
    CHECK(written(fitted(traced, points)) == expected);
    CHECK(!traced.trace().events.empty());
  }
}
