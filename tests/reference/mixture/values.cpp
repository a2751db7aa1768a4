// Mixture likelihoods against values from extended precision (mixture/make_reference.py): relative 1e-14 on the NLL,
// 1e-12 of the norm on derivatives.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "isonomy/compiled/mixture_sums.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/likelihood.hpp"
#include "isonomy/estimators/mixture/normal/weighted_likelihood.hpp"
#include "support/catch.hpp"
#include "support/mixture/data.hpp"
#include "support/sha256.hpp"

using namespace isonomy;
using mixture::evaluate;
using mixture::NormalModel;
using mixture::Sharing;

namespace {

struct Value {
  std::vector<double> parameters;
  double nll;
};
struct Gradient {
  std::vector<double> parameters, expected;
};

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

/// Three free components: weights of the first two, means, deviations.
const NormalModel three{3, Sharing::free, Sharing::free};
const std::vector<double> three_parameters{0.3, 0.3, 0, 1, 1.5, 2.5, 0.5, 1};

void check_values(const std::vector<double>& x, const std::vector<Value>& values, double of_three) {
  Context<Cpu> ctx;
  for (const Value& v : values) {
    INFO("f = " << v.parameters[0] << ", mu = " << v.parameters[1] << ", s = " << v.parameters[2] << ", "
                << v.parameters[3]);
    const double nll = evaluate(ctx, mixture::shared_mean_pair(), view(x), v.parameters).nll;
    CHECK(std::abs(nll - v.nll) <= 1e-14 * v.nll);
    // The same density as two free components: another formula for every point.
    const auto& p = v.parameters;
    const double free = evaluate(ctx, NormalModel{2}, view(x), {p[0], p[1], p[1], p[2], p[3]}).nll;
    CHECK(std::abs(free - v.nll) <= 1e-14 * v.nll);
  }
  CHECK(std::abs(evaluate(ctx, three, view(x), three_parameters).nll - of_three) <= 1e-14 * of_three);
}

/// With the weights 1 + (i mod 3), at f = 0.5, mu = 1, s = 2, 0.5: NLL, its gradient,
/// and the lower triangle of sum w^2 D D^T.
void check_weighted(const std::vector<double>& x, double nll, const std::vector<double>& gradient,
                    const std::vector<double>& products) {
  Context<Cpu> ctx;
  std::vector<double> w;
  for (std::size_t i = 0; i < x.size(); ++i) w.push_back(static_cast<double>(1 + i % 3));
  const auto model = mixture::shared_mean_pair();
  const std::vector<double> p{0.5, 1, 2, 0.5};
  const auto got = evaluate(ctx, model, view(x), view(w), p, MixtureOrder::gradient);
  CHECK(std::abs(got.nll - nll) <= 1e-14 * nll);
  CHECK(evaluate(ctx, model, view(x), view(w), p).nll == got.nll);
  for (std::size_t i = 0; i < 4; ++i) {
    INFO("derivative " << i << ": " << got.gradient[i] - gradient[i]);
    CHECK(std::abs(got.gradient[i] - gradient[i]) <= 1e-12 * norm(gradient));
  }
  mixture::WeightedLikelihood<Context<Cpu>, double> likelihood(ctx, model, view(x), view(w), p);
  CHECK(likelihood.sum_of_weights() == 1999999);
  CHECK(likelihood.sum_of_squares() == 4666663);
  const auto b = likelihood.score_products(p);
  for (std::size_t i = 0, k = 0; i < 4; ++i)
    for (std::size_t j = 0; j <= i; ++j, ++k) {
      INFO("row " << i << ", column " << j << ": " << b[4 * i + j] - products[k]);
      CHECK(std::abs(b[4 * i + j] - products[k]) <= 1e-12 * norm(products));
      CHECK(b[4 * j + i] == Approx(b[4 * i + j]).epsilon(1e-14).margin(1e-14 * norm(products)));
    }
}

}  // namespace

TEST_CASE("the portable data are what their reference values were made for", "[reference][mixture]") {
  const std::vector<double> x = ::test::portable_points();
  CHECK(x.front() == -8);
  CHECK(x.back() == -2.100200653076172);
  const std::string hash = isonomy::test::sha256({reinterpret_cast<const char*>(x.data()), x.size() * sizeof(double)});
  CHECK(hash.substr(0, 8) == "79c4584d");
  CHECK(hash.substr(57) == "2a8a4b4");
}

TEST_CASE("the portable data with weights have the reference's likelihood and scores", "[reference][mixture]") {
  check_weighted(::test::portable_points(), 9869312.06435646,
                 {-3223920.6713708886, 500026.4989967572, -4669557.637042556, -304277.00384818873},
                 {15990908.909254296, -2333525.9848177456, 8034427.418941211, 22065445.270797905, -8896560.744452814,
                  57159291.34653126, 1105402.7285066755, -1.1157086749427527, -184313.02015045012, 2080615.2611953644});
}

TEST_CASE("the portable data have the reference's likelihoods", "[reference][mixture]") {
  check_values(::test::portable_points(),
               {{{0.5, 1, 2, 0.5}, 4934645.344915165},
                {{0.3, 1, 2, 0.5}, 5350703.091613579},
                {{0.5, 0.8, 2, 0.5}, 4889644.268256764},
                {{0.5, 1, 1.5, 0.7}, 6813884.890926487},
                {{0.7, 1.2, 2.5, 0.4}, 3914704.3169495235},
                {{0, 1, 2, 0.5}, 44892543.37889981},
                {{1, 1, 2, 0.5}, 4403757.715405561},
                {{0.5, 1, 2, 2}, 4403757.715405561},
                {{0.25, 0.5, 3, 1}, 4084381.606668022},
                {{0.5, 1, 2, 0.05}, 5051091.255223591},
                {{0.999, 1, 2, 0.01}, 4404464.612218605},
                {{1e-6, 1, 2, 0.5}, 14592815.047546288},
                {{1e-300, 1, 2, 0.5}, 44892543.37889981},
                {{0, 1, 2, 0.05}, 4464598408.885159},
                {{0.5, 1, 0.2, 0.05}, 279153621.4369119}},
               4315583.20557791);
}

TEST_CASE("truncated likelihoods are those of many digits, wherever the means lie", "[reference][mixture]") {
  std::ifstream file(ISONOMY_TEST_DATA "/mixture/truncated.txt");
  Context<Cpu> ctx;
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    std::istringstream words(line);
    std::string weighting;
    const auto number = [&words] {
      std::string word;
      words >> word;
      return std::strtod(word.c_str(), nullptr);  // stod refuses what underflows
    };
    NormalModel model;
    words >> weighting >> model.components;
    model.weighting = weighting == "yields" ? mixture::Weighting::yields : mixture::Weighting::fractions;
    model.range.lower = number(), model.range.upper = number();
    std::vector<double> parameters, gradient, x;
    for (int i = 0; i < model.size(); ++i) parameters.push_back(number());
    const double nll = number();
    for (int i = 0; i < model.size(); ++i) gradient.push_back(number());
    for (int i = 0; i < 24; ++i) {
      const double u = (i * 37 % 64 + 0.5) / 64;
      x.push_back(std::isinf(model.range.upper)   ? model.range.lower + 4 * u
                  : std::isinf(model.range.lower) ? model.range.upper - 4 * u
                                                  : model.range.lower + (model.range.upper - model.range.lower) * u);
    }
    INFO(line);
    const mixture::Likelihood l = evaluate(ctx, model, view(x), parameters, MixtureOrder::gradient);
    CHECK(std::abs(l.nll - nll) <= 1e-14 * std::max(std::abs(nll), 24.0));
    for (std::size_t i = 0; i < gradient.size(); ++i)
      CHECK(std::abs(l.gradient[i] - gradient[i]) <= 1e-12 * norm(gradient));
  }
  CHECK(count > 130);
}

TEST_CASE("data in float have the bits of the same numbers in double", "[reference][mixture]") {
  const std::vector<double> x = ::test::portable_points();
  const std::vector<float> narrow(x.begin(), x.end());
  Context<Cpu> ctx;
  const std::vector<double> p{0.7, 1.2, 2.5, 0.4};
  const auto model = mixture::shared_mean_pair();
  const auto a = evaluate(ctx, model, view(x), p, MixtureOrder::hessian);
  const auto b = evaluate(ctx, model, view(narrow), p, MixtureOrder::hessian);
  CHECK(a.nll == b.nll);
  CHECK(a.gradient == b.gradient);
  CHECK(a.hessian == b.hessian);
}

TEST_CASE("the notebook's data are what their reference values were made for", "[.notebook]") {
  const std::vector<double> x = ::test::notebook_points();
  CHECK(x[0] == 1.6094341595088628);
  CHECK(x[1] == -1.079968212480991);
  CHECK(x[500000] == 0.7068871563309889);
  CHECK(x.back() == 1.4383949628928827);
  CHECK(*std::min_element(x.begin(), x.end()) == -8.856476961570243);
  CHECK(*std::max_element(x.begin(), x.end()) == 11.014470463817993);
}

TEST_CASE("the notebook's data have the reference's likelihoods", "[.notebook]") {
  const std::vector<double> x = ::test::notebook_points();
  check_values(x,
               {{{0.5, 1, 2, 0.5}, 1672640.0639171798},
                {{0.3, 1, 2, 0.5}, 1711700.6316841005},
                {{0.5, 0.8, 2, 0.5}, 1697803.7254950693},
                {{0.5, 1, 1.5, 0.7}, 1735727.1030917817},
                {{0.7, 1.2, 2.5, 0.4}, 1768137.445562069},
                {{0, 1, 2, 0.5}, 4482265.256901204},
                {{1, 1, 2, 0.5}, 1878115.3327806478},
                {{0.5, 1, 2, 2}, 1878115.3327806478},
                {{0.25, 0.5, 3, 1}, 1807537.6873021615},
                {{0.5, 1, 2, 0.05}, 2208182.397953231},
                {{0.999, 1, 2, 0.01}, 1876756.1804494092},
                {{1e-6, 1, 2, 0.5}, 3514931.783766549},
                {{1e-300, 1, 2, 0.5}, 4482265.256901204},
                {{0, 1, 2, 0.05}, 423570596.68529826},
                {{0.5, 1, 0.2, 0.05}, 26476628.83206815}},
               1709635.7603793202);
  Context<Cpu> ctx;
  const std::vector<double> p{0.5, 1, 2, 0.5};
  const std::vector<Value> first{{{1}, 1.2552100565506914}, {{2}, 4.100027169652492},   {{7}, 17.534605603267412},
                                 {{8}, 18.828817391932187}, {{31}, 65.04413625757532},  {{32}, 66.66234383603552},
                                 {{33}, 68.65474437926991}, {{1000}, 2266.499230843508}};
  for (const Value& v : first) {
    const auto n = static_cast<index_t>(v.parameters[0]);
    INFO("the first " << n);
    const double nll = evaluate(ctx, mixture::shared_mean_pair(), view(x).subview(0, n), p).nll;
    CHECK(std::abs(nll - v.nll) <= 1e-14 * v.nll);
  }
  const std::vector<float> narrow(x.begin(), x.end());
  const double in_float = evaluate(ctx, mixture::shared_mean_pair(), view(narrow), p).nll;
  CHECK(std::abs(in_float - 1672640.063912459) <= 1e-14 * in_float);
}

TEST_CASE("the notebook's data have the reference's gradients", "[.notebook]") {
  const std::vector<double> x = ::test::notebook_points();
  Context<Cpu> ctx;
  const std::vector<Gradient> gradients{
      {{0.5, 1, 2, 0.5}, {219.22587088587878, 245.35447826255202, -441.8612990731345, 739.3120831302045}},
      {{0.3, 1, 2, 0.5}, {-438590.61097470263, 452.5744745361367, -47632.60030909748, -214288.3481030418}},
      {{0.7, 1.2, 2.5, 0.4}, {358850.7521065489, 225161.40947984203, 115243.0073852105, -77745.36736348667}},
      {{0.25, 0.5, 3, 1}, {19170.761592689356, -301093.5864765236, 21287.159529141732, 18584.93349601389}}};
  for (const Gradient& g : gradients)
    for (const auto order : {MixtureOrder::gradient, MixtureOrder::hessian}) {
      const auto got = evaluate(ctx, mixture::shared_mean_pair(), view(x), g.parameters, order);
      for (std::size_t i = 0; i < 4; ++i) {
        INFO("f = " << g.parameters[0] << ", derivative " << i << ": " << got.gradient[i] - g.expected[i]);
        CHECK(std::abs(got.gradient[i] - g.expected[i]) <= 1e-12 * norm(g.expected));
      }
    }
}

TEST_CASE("the notebook's data have the reference's sums and Hessian", "[.notebook]") {
  const std::vector<double> x = ::test::notebook_points();
  Context<Cpu> ctx;
  const std::vector<double> p{0.5, 1, 2, 0.5};
  const auto model = mixture::shared_mean_pair();
  const auto sums = mixture::normal_sums(ctx, components_of(model, p), MixtureOrder::hessian, view(x));
  const auto near = [](double value, double expected, double scale) {
    INFO(value << " instead of " << expected);
    CHECK(std::abs(value - expected) <= 1e-14 * scale);
  };
  near(sums.components[0].g, 499945.193532279, 1e6);
  near(sums.components[0].s, -287.996459250546, 2e6);
  near(sums.components[0].q, 2003315.66452170, 4e6);
  const std::vector<double> moments{146699.331884875, -50.3113493238559, 60582.9264337046, -78.5912432055558,
                                    61128.0481565735};
  for (std::size_t j = 0; j < 5; ++j) near(sums.pair[j], moments[j], 4e5);
  const auto h = evaluate(ctx, model, view(x), p, MixtureOrder::hessian).hessian;
  const double expected[4][4] = {{1652810.68984200, -754.670239857837, 263107.200552898, 765058.990799550},
                                 {-754.670239857837, 1273258.12127998, -14.5049800830109, 1286.98072243808},
                                 {263107.200552898, -14.5049800830109, 220578.295795297, -49650.0573017955},
                                 {765058.990799550, 1286.98072243808, -49650.0573017955, 1435663.81556128}};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      INFO("row " << i << ", column " << j << ": " << h[4 * i + j] - expected[i][j]);
      CHECK(std::abs(h[4 * i + j] - expected[i][j]) <= 1e-12 * 2.6e6);
    }
}

TEST_CASE("the notebook's data have the reference's extended and truncated likelihoods", "[.notebook]") {
  const std::vector<double> x = ::test::notebook_points();
  Context<Cpu> ctx;
  NormalModel extended = mixture::shared_mean_pair();
  extended.weighting = mixture::Weighting::yields;
  const auto check = [](double nll, double expected) {
    INFO(nll << " instead of " << expected);
    CHECK(std::abs(nll - expected) <= 1e-14 * std::abs(expected));
  };
  check(evaluate(ctx, extended, view(x), {5e5, 5e5, 1, 2, 0.5}).nll, -11142870.4940471);
  check(evaluate(ctx, extended, view(x), {4.95e5, 4.95e5, 1, 2, 0.5}).nll, -11142820.1581936);
  std::vector<double> inside;
  for (const double v : x)
    if (v >= -3 && v <= 5) inside.push_back(v);
  REQUIRE(inside.size() == 977154);
  NormalModel truncated = mixture::shared_mean_pair();
  truncated.range = {-3, 5};
  const std::vector<double> p{0.5, 1, 2, 0.5};
  check(evaluate(ctx, truncated, view(inside), p).nll, 1531761.47974854);
  // The part inside: what the range adds to a point's likelihood.
  const auto one = view(inside).subview(0, 1);
  const double added = evaluate(ctx, truncated, one, p).nll - evaluate(ctx, mixture::shared_mean_pair(), one, p).nll;
  CHECK(std::abs(std::exp(added) - 0.97724986805182) <= 1e-14);
}

TEST_CASE("the notebook's data with weights have the reference's likelihood and scores", "[.notebook]") {
  check_weighted(::test::notebook_points(), 3344325.6426100815,
                 {1652.6662148795708, 666.8097415522213, -614.8878793537394, 1412.1549521754482},
                 {7707446.612793767, 720.6752704297144, 5937715.826018351, 1230643.364662584, 5606.162417992035,
                  1030988.0344108709, 3579797.9993802453, -997.2596148946129, -232062.50632614372, 6717154.187129914});
}
