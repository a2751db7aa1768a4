// What Minuit2 sees of an Objective, over stand-ins for the base classes of its older and newer versions.
#include "isonomy/adapters/minuit2_function.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace isonomy;
using adapters::detail::AsksForHessian;
using adapters::detail::MinuitFunction;

namespace isonomy::test {
namespace {

/// FCNGradientBase up to ROOT 6.28.
struct OldMinuitBase {
  virtual ~OldMinuitBase() = default;
  virtual double operator()(const std::vector<double>& x) const = 0;
  virtual double Up() const = 0;                                                 // NOLINT
  virtual std::vector<double> Gradient(const std::vector<double>& x) const = 0;  // NOLINT
};
/// FCNBase of ROOT 6.40.
struct NewMinuitBase : OldMinuitBase {
  virtual std::vector<double> Hessian(const std::vector<double>&) const { return {}; }  // NOLINT
  virtual bool HasHessian() const { return false; }                                     // NOLINT
};

/// x^2 y / 2 + y^4, counting passes.
struct Counted {
  int passes = 0;
  MixtureOrder highest = MixtureOrder::value;

  static std::vector<std::string> names() { return {"x", "y"}; }
  static std::vector<mixture::Bounds> bounds() { return {{}, {}}; }
  mixture::Likelihood at(const std::vector<double>& t, MixtureOrder order) {
    ++passes;
    highest = std::max(highest, order);
    mixture::Likelihood result{t[0] * t[0] * t[1] / 2 + std::pow(t[1], 4), {}, {}};
    result.gradient = {t[0] * t[1], t[0] * t[0] / 2 + 4 * std::pow(t[1], 3)};
    if (order == MixtureOrder::hessian) result.hessian = {t[1], t[0], t[0], 12 * t[1] * t[1]};
    return result;
  }
};

}  // namespace
}  // namespace isonomy::test

TEST_CASE("versions of Minuit that ask for the Hessian get the exact one, others do not see it", "[mixture]") {
  STATIC_REQUIRE(AsksForHessian<test::NewMinuitBase>);
  STATIC_REQUIRE_FALSE(AsksForHessian<test::OldMinuitBase>);
  const std::vector<double> at{3, 2};
  test::Counted f, g;
  const MinuitFunction<test::Counted, test::NewMinuitBase> function(f, 5, true);
  const test::NewMinuitBase& seen = function;
  CHECK(seen.HasHessian());
  CHECK(seen(at) == 20);
  CHECK(seen.Gradient(at) == std::vector<double>{6, 36.5});
  CHECK(function.passes() == 1);
  CHECK(seen.Hessian(at) == std::vector<double>{2, 3, 3, 48});
  CHECK(seen.Hessian(at) == std::vector<double>{2, 3, 3, 48});
  CHECK(seen.Gradient(at) == std::vector<double>{6, 36.5});
  CHECK(function.passes() == 2);
  CHECK(f.passes == 2);

  const MinuitFunction<test::Counted, test::OldMinuitBase> without(g, 0, true);
  CHECK(without(at) == 25);
  CHECK(without.Gradient(at) == std::vector<double>{6, 36.5});
  CHECK(without.Up() == 0.5);
  CHECK(g.highest == MixtureOrder::gradient);
}

TEST_CASE("a function not worth its Hessian does not offer it to Minuit", "[mixture]") {
  test::Counted f;
  const MinuitFunction<test::Counted, test::NewMinuitBase> function(f, 0, false);
  const test::NewMinuitBase& seen = function;
  CHECK_FALSE(seen.HasHessian());
  CHECK(seen.Hessian({3, 2}).empty());
  CHECK(f.passes == 0);
}
