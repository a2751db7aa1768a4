// memory_plan of gsn: what fits take is what was said before.
#include "isonomy/estimators/gsn/memory_plan.hpp"

#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

#include "isonomy/compiled/gsn.hpp"
#include "support/catch.hpp"
#include "support/gsn/trials.hpp"

using namespace isonomy;
using gsn::GsnOptions;
using gsn::Returns;
using test::Trials;

namespace {

/// The share of the plan that a fit takes.
template <class Search = gsn::automatic>
double share_of_plan(const Trials& d, const GsnOptions& options, bool with_nan, std::size_t limit = 1u << 30) {
  Context<Cpu> ctx({.threads = 1, .workspace_limit = limit});
  const gsn::MemoryPlan plan = gsn::memory_plan<Search>(ctx, gsn::gsn_shape(d.view(), with_nan), options);
  const auto r = gsn::fit<Search>(ctx, d.view(), options);
  std::size_t kept = 0;
  for (const Matrix<double, Cpu>* m : {&r.cN, &r.cS, &r.cNb, &r.cSb, &r.cD, &r.eigvecs_signal, &r.eigvecs_difference})
    kept += sizeof(double) * static_cast<std::size_t>(m->rows() * m->columns());
  CHECK(plan.results == kept);
  return static_cast<double>(r.report.bytes_peak) / static_cast<double>(plan.context);
}
bool same_curve(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}
/// Every third condition lacks its last trial, of all units or of every fourth.
Trials with_holes(Trials d, index_t every) {
  for (index_t i = 0; i < d.units; i += every)
    for (index_t c = 0; c < d.conditions; c += 3) d(i, c, d.trials - 1) = std::numeric_limits<double>::quiet_NaN();
  return d;
}

}  // namespace

TEST_CASE("a fit of gsn takes what its plan says", "[gsn]") {
  GsnOptions all, none, noise, plain, analytic, folds;
  all.returns = {true, true, true, true, true, true, true, true, true};
  none.returns = Returns::none();
  noise.returns = Returns::named({"cN"});
  plain.wantshrinkage = false;
  analytic.level_rule = gsn::LevelRule::analytic;
  folds.level_rule = gsn::LevelRule::k_fold;
  folds.returns = none.returns;
  const Trials wide = test::random_trials(150, 20, 3, 3), tall = test::random_trials(120, 150, 3, 4, 5, 2),
               few = test::random_trials(120, 12, 8, 5);
  for (const Trials& d : {wide, tall, few})
    for (const GsnOptions& options : {GsnOptions{}, all, none, noise, analytic, folds}) {
      INFO(d.units << " units, " << d.conditions << " conditions, " << options.returns.matrices() << ", rule "
                   << static_cast<int>(options.level_rule));
      const double share = share_of_plan(d, options, false);
      CHECK(share <= 1);
      CHECK(share >= 0.4);
    }
  CHECK(share_of_plan(tall, plain, false) <= 1);
  CHECK(share_of_plan(test::random_trials(120, 150, 3, 4, 120, 0.1), {}, false) <= 1);  // definite as it is
  for (const std::size_t limit : {std::size_t{20} << 20, std::size_t{1} << 30}) {
    const double share = share_of_plan<gsn::batched_cholesky>(wide, {}, false, limit);
    CHECK(share <= 1);
    CHECK(share >= 0.4);
  }
  for (const gsn::Uneven uneven : {gsn::Uneven::fast, gsn::Uneven::missing})
    for (GsnOptions options : {GsnOptions{}, all, none}) {
      options.uneven = uneven;
      INFO("uneven " << static_cast<int>(uneven) << ", " << options.returns.matrices() << options.returns.cD);
      for (const double share : {share_of_plan(with_holes(wide, 1), options, true),
                                 share_of_plan(with_holes(few, uneven == gsn::Uneven::fast ? 1 : 4), options, true)}) {
        CHECK(share <= 1);
        CHECK(share >= 0.4);
      }
    }
}

TEST_CASE("plans count what factors take, and a limit of as much is enough", "[gsn]") {
  GsnOptions options;
  options.returns = Returns::none();
  const auto check = []<class Search>(const Search&, const Trials& d, const GsnOptions& how, int threads) {
    Context<Cpu> ctx({.threads = threads});
    const std::size_t plan = gsn::memory_plan<Search>(ctx, gsn::gsn_shape(d.view()), how).context;
    const auto r = gsn::fit<Search>(ctx, d.view(), how);
    INFO(d.units << " units, " << d.conditions << " conditions, " << threads << " threads, " << r.noise.form);
    CHECK(r.report.bytes_peak <= plan);
    Context<Cpu> limited({.threads = threads, .workspace_limit = plan});
    const auto again = gsn::fit<Search>(limited, d.view(), how);
    CHECK(same_curve(again.noise.nll, r.noise.nll));
    CHECK(same_curve(again.data.nll, r.data.nll));
  };
  for (const index_t units : {3, 20, 59, 60, 100})
    for (const Trials& d : {test::random_trials(units, 9, 2, 3), test::random_trials(units, 7, 7, 3)})
      for (const int threads : {1, 3})
        for (const auto rule : {gsn::SingularRule::rank, gsn::SingularRule::cholesky}) {
          options.singular_rule = rule;
          options.shrinklevels = std::vector<double>{0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1};
          check(gsn::batched_cholesky(), d, options, threads);
          check(gsn::automatic(), d, options, threads);
          options.shrinklevels = std::vector<double>{0.5, 1 - 1e-7};  // the last keeps `automatic` from low_rank
          check(gsn::automatic(), d, options, threads);
        }
}

TEST_CASE("plans count every matrix that is there at once", "[gsn]") {
  const auto check = [](const Trials& d, bool with_nan, gsn::Uneven uneven, const Returns& returns) {
    GsnOptions options;
    options.returns = returns;
    options.uneven = uneven;
    options.shrinklevels = std::vector<double>{0.5};
    INFO(d.units << " units, uneven " << static_cast<int>(uneven) << ", cS " << returns.cS << ", cD " << returns.cD);
    const double share = share_of_plan(d, options, with_nan);
    CHECK(share <= 1);
    CHECK(share >= 0.4);
  };
  constexpr auto fast = gsn::Uneven::fast, missing = gsn::Uneven::missing;
  const Returns signal = Returns::named({"cS"}), all{true, true, true, true, true, true, true, true, true};
  const Trials few = test::random_trials(120, 12, 4, 6);
  check(few, false, fast, signal);
  check(with_holes(few, 1), true, fast, signal);
  check(with_holes(few, 4), true, missing, signal);
  // More conditions than a mask has bits, of which a unit lacks one.
  Trials many = test::random_trials(120, 70, 2, 7);
  for (index_t t = 0; t < 2; ++t) many(3, 5, t) = std::numeric_limits<double>::quiet_NaN();
  for (const Returns& returns : {Returns::named({"cD"}), Returns::named({"cN", "cD"}), signal})
    check(many, true, missing, returns);
  // A unit that does not vary, beside which the pairs of the others are found.
  Trials still = test::random_trials(120, 20, 3, 8);
  still.each([](double& x, index_t i, auto...) { x = i == 0 ? 0 : x; });
  check(still, false, fast, all);
  check(with_holes(still, 1), true, fast, all);
  check(with_holes(still, 4), true, missing, all);
  check(still, false, fast, Returns::named({"eigvecs_difference"}));
  check(still, false, fast, Returns::named({"eigvals_signal"}));
}

TEST_CASE("plans follow what is asked for, and operations say what they take", "[gsn]") {
  Context<Cpu> ctx({.threads = 1});
  const gsn::GsnShape shape{1000, 100, 3};
  GsnOptions none;
  none.returns = Returns::none();
  CHECK(gsn::memory_plan(ctx, shape).context > 80'000'000);
  CHECK(gsn::memory_plan(ctx, shape, none).context < 8'000'000);  // not one matrix of units x units
  CHECK(gsn::memory_plan(ctx, shape, none).results == 0);
  for (const gsn::GsnShape& wrong : {gsn::GsnShape{-1, 9, 3}, gsn::GsnShape{9, -1, 3}, gsn::GsnShape{9, 9, -3}})
    CHECK_THROWS_AS(gsn::memory_plan(ctx, wrong), ShapeError);
  none.shrinklevels = std::vector<double>{2};
  CHECK_THROWS_AS(gsn::memory_plan(ctx, shape, none), ValueError);
  const index_t n = 70;
  Matrix<double, Cpu> a(ctx, n, n, "test"), v(ctx, n, n, "test");
  Buffer<double, Cpu> w(ctx, n, "test"), e(ctx, n - 1, "test"), taus(ctx, n - 1, "test");
  fill(ctx, VectorView<double>(a.data(), n * n), 1.0);
  const std::size_t held = ctx.counters().bytes_allocated;
  tridiagonalise(ctx, a.view(), w.view(), e.view(), v.view(), taus.view());
  CHECK(ctx.counters().bytes_peak - held == tridiagonalise_workspace<double>(ctx, n));
  eigh(ctx, a.view(), w.view(), v.view());
  const double of_eigh = static_cast<double>(ctx.counters().bytes_peak - held);
  CHECK(of_eigh <= static_cast<double>(eigh_workspace<double>(ctx, n)));
  CHECK(of_eigh >= 0.9 * static_cast<double>(eigh_workspace<double>(ctx, n)));
}

TEST_CASE("factors and triangular systems say what they take", "[gsn]") {
  const index_t n = 70, slots = 5, columns = 9;
  Context<Cpu> data({.threads = 1});
  Buffer<double, Cpu> l(data, slots * n * n, "test"), x(data, slots * n * columns, "test");
  Buffer<index_t, Cpu> info(data, slots, "test");
  const BatchView<double> a(l.data(), slots, n, n, n * n, 1, n),
      b(x.data(), slots, n, columns, n * columns, columns, 1);
  const auto taken = [&](int threads, const auto& run) {
    fill(data, l.view(), 0.0);
    fill(data, x.view(), 1.0);
    for (index_t s = 0; s < slots; ++s) fill(data, a[s].diagonal(), 4.0);
    Context<Cpu> ctx({.threads = threads});
    const std::size_t said = run(ctx);
    CHECK(said > 0);
    CHECK(ctx.counters().bytes_peak == said);
    return said;
  };
  const auto factors = [&](auto& ctx) {
    cholesky_batched(ctx, a, info.view());
    return cholesky_batched_workspace<double>(ctx, slots, n);
  };
  const auto systems = [&](auto& ctx) {
    solve_triangular_batched(ctx, a, b, info.view());
    return solve_triangular_batched_workspace<double>(ctx, slots, n, columns);
  };
  CHECK(taken(3, factors) == 3 * taken(1, factors));
  CHECK(taken(3, systems) == 3 * taken(1, systems));
  taken(1, [&](auto& ctx) {
    cholesky(ctx, a[0]);
    return cholesky_workspace<double>(ctx, n);
  });
}
