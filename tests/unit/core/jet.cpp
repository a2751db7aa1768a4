// Jets: every function and operator against differences in extended precision, and the chain rule through compositions.
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "isonomy/core/jet.hpp"
#include "support/catch.hpp"

using isonomy::Jet;

namespace {

using Second = Jet<2, true>;
using Function = std::function<Second(Second, Second)>;
using Plain = std::function<long double(long double, long double)>;

/// Gradient and Hessian by central differences in extended precision.
void check_derivatives(const Function& f, const Plain& plain, double x, double y) {
  const Second got = f(Second::variable(x, 0), Second::variable(y, 1));
  const long double h = 1e-5L, X = x, Y = y;
  CHECK(got.value == Approx(static_cast<double>(plain(X, Y))).epsilon(1e-14));
  const auto near = [](double value, long double expected) {
    CHECK(value == Approx(static_cast<double>(expected)).epsilon(1e-7).margin(1e-7));
  };
  near(got.gradient[0], (plain(X + h, Y) - plain(X - h, Y)) / (2 * h));
  near(got.gradient[1], (plain(X, Y + h) - plain(X, Y - h)) / (2 * h));
  near(got.hessian[0], (plain(X + h, Y) - 2 * plain(X, Y) + plain(X - h, Y)) / (h * h));
  near(got.hessian[1],
       (plain(X + h, Y + h) - plain(X + h, Y - h) - plain(X - h, Y + h) + plain(X - h, Y - h)) / (4 * h * h));
  near(got.hessian[2], (plain(X, Y + h) - 2 * plain(X, Y) + plain(X, Y - h)) / (h * h));
}

}  // namespace

TEST_CASE("jets carry exact first and second derivatives", "[jet]") {
  const std::vector<std::pair<Function, Plain>> functions{
      {[](auto x, auto y) { return x + 2 * y - 1; }, [](auto x, auto y) { return x + 2 * y - 1; }},
      {[](auto x, auto y) { return x * y * y - (-x); }, [](auto x, auto y) { return x * y * y + x; }},
      {[](auto x, auto y) { return x / (y + x); }, [](auto x, auto y) { return x / (y + x); }},
      {[](auto x, auto y) { return exp(x * y); }, [](auto x, auto y) { return std::exp(x * y); }},
      {[](auto x, auto y) { return expm1(x - y); }, [](auto x, auto y) { return std::expm1(x - y); }},
      {[](auto x, auto y) { return log(x + y * y); }, [](auto x, auto y) { return std::log(x + y * y); }},
      {[](auto x, auto y) { return log1p(x * y); }, [](auto x, auto y) { return std::log1p(x * y); }},
      {[](auto x, auto y) { return sqrt(x * x + y); }, [](auto x, auto y) { return std::sqrt(x * x + y); }},
      {[](auto x, auto y) { return pow(x, 2.5) * y; }, [](auto x, auto y) { return std::pow(x, 2.5L) * y; }},
      {[](auto x, auto y) { return pow(x, y); }, [](auto x, auto y) { return std::pow(x, y); }},
      {[](auto x, auto y) { return sin(x * y) + cos(x - y); },
       [](auto x, auto y) { return std::sin(x * y) + std::cos(x - y); }},
      {[](auto x, auto y) { return tanh(x) * atan(y); }, [](auto x, auto y) { return std::tanh(x) * std::atan(y); }},
      {[](auto x, auto y) { return erf(x * y) - erfc(y - x); },
       [](auto x, auto y) { return std::erf(x * y) - std::erfc(y - x); }},
      {[](auto x, auto y) { return abs(x - 3 * y) * y; }, [](auto x, auto y) { return std::abs(x - 3 * y) * y; }}};
  for (std::size_t i = 0; i < functions.size(); ++i) {
    INFO("function " << i);
    check_derivatives(functions[i].first, functions[i].second, 0.7, 1.3);
    check_derivatives(functions[i].first, functions[i].second, 2.1, 0.4);
  }
}

TEST_CASE("jets without second derivatives have the same first", "[jet]") {
  const auto f = [](auto x, auto y) { return exp(x * y) / (1 + x * x) - log(y); };
  const auto first = f(Jet<2>::variable(0.7, 0), Jet<2>::variable(1.3, 1));
  const auto second = f(Second::variable(0.7, 0), Second::variable(1.3, 1));
  CHECK(first.value == second.value);
  CHECK(first.gradient[0] == second.gradient[0]);
  CHECK(first.gradient[1] == second.gradient[1]);
}

TEST_CASE("jets compare by value", "[jet]") {
  CHECK(Jet<1>(1) < Jet<1>(2));
  CHECK(Jet<1>::variable(2, 0) >= 2);
  CHECK_FALSE(Jet<1>(1) > 1);
}
