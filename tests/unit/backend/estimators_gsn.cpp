// gsn on the reference and on compositions of backends: written once, levels and covariances as on Cpu.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/compiled/gsn.hpp"
#include "isonomy/estimators/gsn/fit.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/gsn/masks.hpp"
#include "support/gsn/matrices.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;

namespace isonomy::test {

/// Products of a matrix with itself, where that has few rows.
struct FewRows {};
/// All that Cpu has; factors are taken from it.
struct Factors {};

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Factors> : Backend<Cpu> {
  using tag = test::Factors;
  static constexpr const char* name() { return "Factors"; }
};

template <>
struct isonomy::Backend<isonomy::test::FewRows> {
  using tag = test::FewRows;
  using space = HostSpace;
  using context = cpu::Context;
  static constexpr const char* name() { return "FewRows"; }
  static bool available() noexcept { return true; }

  static Acceptance accepts(op::syrk, const CallShape& shape) {
    return shape[0][0] < 20 ? Acceptance(true) : decline("20 rows and more");
  }
  template <Real T>
  static void syrk(context&, T alpha, MatrixView<const T> a, T beta, MatrixView<T> out) {
    for (index_t i = 0; i < a.columns; ++i)
      for (index_t j = 0; j < a.columns; ++j) {
        T sum = 0;
        for (index_t k = 0; k < a.rows; ++k) sum += a(k, std::max(i, j)) * a(k, std::min(i, j));
        out(i, j) = alpha * sum + (beta == 0 ? T{0} : beta * out(i, j));
      }
  }
};

namespace isonomy::test {
namespace {

/// Every call is looked at by the reference, small products and factors are made elsewhere, and there are no
/// tridiagonal forms: eigenvectors take their place.
using Less = Without<Cpu, op::tridiagonalise, op::apply_reflectors>;
using Composed = Checked<Chain<FewRows, Override<Less, Factors, op::cholesky>>, Reference>;

Trials with_holes_in(const Trials& whole, const GsnMask& mask) {
  Trials d = whole;
  apply(d, mask);
  return d;
}
/// The largest difference relative to the largest element.
double apart_by(const SquareMatrix& a, const SquareMatrix& b) { return largest(a - b) / largest(b); }

void check_curve(const gsn::LevelChoice& choice, const gsn::LevelChoice& expected) {
  CHECK(choice.form == expected.form);
  REQUIRE(choice.nll.size() == expected.nll.size());
  for (std::size_t k = 0; k < choice.nll.size(); ++k) {
    CHECK(std::isnan(choice.nll[k]) == std::isnan(expected.nll[k]));
    if (!std::isnan(expected.nll[k])) CHECK(choice.nll[k] == Approx(expected.nll[k]).epsilon(1e-11));
  }
}

template <class Ctx>
void check_as_on_cpu(Ctx& ctx, const Trials& d, const gsn::GsnOptions& options) {
  Context<Cpu> plain;
  const gsn::GsnResult<Cpu> expected = gsn::fit(plain, d.view(), options);
  const auto r = gsn::fit(ctx, d.view(), options);
  CHECK(r.shrinklevelN == expected.shrinklevelN);
  CHECK(r.shrinklevelD == expected.shrinklevelD);
  CHECK(r.numiters == expected.numiters);
  CHECK(r.noise.rank == expected.noise.rank);
  check_curve(r.noise, expected.noise);
  check_curve(r.data, expected.data);
  CHECK(r.dead_units == expected.dead_units);
  CHECK(apart_by(square(ctx, r.cN), square(expected.cN)) < 1e-12);
  CHECK(apart_by(square(ctx, r.cS), square(expected.cS)) < 1e-12);
  CHECK(apart_by(square(ctx, r.cNb), square(expected.cNb)) < 1e-9);
  CHECK(apart_by(square(ctx, r.cSb), square(expected.cSb)) < 1e-9);
  CHECK(apart_by(square(ctx, r.eigvecs_signal), square(expected.eigvecs_signal)) < 1e-8);  // values are apart
  CHECK(apart_by(square(ctx, r.eigvecs_difference), square(expected.eigvecs_difference)) < 1e-8);
  for (std::size_t i = 0; i < r.ncsnr.size(); ++i) CHECK(r.ncsnr[i] == Approx(expected.ncsnr[i]).epsilon(1e-12));
}

/// Even, uneven and missing data, of more rows than units and of fewer.
template <class Ctx>
void check_every_regime(Ctx& ctx) {
  gsn::GsnOptions options;
  options.returns = {true, true, true, true, true, true, true, true, true};
  for (const Trials& d : {random_trials(7, 24, 3, 121, 3, 1.5), random_trials(14, 9, 2, 122)}) {
    INFO(d.units << " units");
    check_as_on_cpu(ctx, d, options);
    check_as_on_cpu(ctx, with_holes_in(d, {.kind = "trials", .seed = 123, .low = d.trials - 1}), options);
    options.uneven = gsn::Uneven::missing;
    check_as_on_cpu(ctx, with_holes_in(d, {.kind = "units", .seed = 124, .p = 0.03}), options);
    options.uneven = gsn::Uneven::fast;
  }
}
const OperationBackend* where(const Report& report, const std::string& operation) {
  const auto is_told = [&](const OperationBackend& o) { return o.operation == operation; };
  const auto found = std::find_if(report.operations.begin(), report.operations.end(), is_told);
  return found == report.operations.end() ? nullptr : &*found;
}

}  // namespace
}  // namespace isonomy::test
using namespace isonomy::test;

TEST_CASE("gsn on the reference has the levels and covariances of Cpu", "[compose]") {
  Context<Reference> ctx;
  check_every_regime(ctx);
}

TEST_CASE("gsn runs unchanged on compositions, with the levels and covariances of Cpu", "[compose]") {
  Context<Composed> ctx;
  check_every_regime(ctx);
  CHECK(ctx.checks().checked > 0);
  const auto r = gsn::fit(ctx, random_trials(14, 9, 2, 122).view());
  REQUIRE(where(r.report, "syrk") != nullptr);
  CHECK(where(r.report, "syrk")->backend == "Cpu, FewRows");  // by their rows
  REQUIRE(where(r.report, "cholesky") != nullptr);
  CHECK(where(r.report, "cholesky")->backend.find("Factors") != std::string::npos);
  CHECK(where(r.report, "eigh") != nullptr);
  CHECK(where(r.report, "tridiagonalise") == nullptr);
}
