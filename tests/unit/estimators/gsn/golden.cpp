// Golden data of gsn: every input is rebuilt bit for bit, and answers are read with all that they hold.
#include "support/gsn/golden.hpp"
#include "support/gsn/trials.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/estimators/gsn/simulation/portable_data.hpp"
#include "support/catch.hpp"
#include "support/gsn/masks.hpp"
#include "support/message.hpp"
#include "support/sha256.hpp"

using namespace isonomy;
using test::GsnCase;
using test::Trials;

namespace {

/// The bytes of binary64 numbers, least significant first, NaN as 0.
std::string bytes_of(const std::vector<double>& x) {
  std::string bytes;
  for (const double number : x) {
    std::uint64_t bits = 0;
    const double kept = std::isnan(number) ? 0 : number;
    std::memcpy(&bits, &kept, sizeof bits);
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(bits >> shift & 0xff);
  }
  return bytes;
}

void check_rebuilt(const GsnCase& c) {
  const Trials d = c.data();
  DoubleDouble sum, squares;
  std::vector<double> finite;
  for (const double x : d.x)
    if (!std::isnan(x)) {
      finite.push_back(x);
      sum = sum + DoubleDouble{x, 0};
      squares = squares + DoubleDouble{rounded_product(x, x), 0};
    }
  REQUIRE(finite.size() == c.finite);
  CHECK(d.x.size() - finite.size() == c.missing);
  CHECK(finite.front() == c.first);
  CHECK(finite.back() == c.last);
  CHECK(sum.high == c.sum);
  CHECK(squares.high == c.sum_of_squares);
  CHECK(test::sha256(bytes_of(d.x)).substr(0, 16) == c.sha256);
}

Trials numbered(index_t units, index_t conditions, index_t trials) {
  Trials d{units, conditions, trials, std::vector<double>(static_cast<std::size_t>(units * conditions * trials))};
  for (std::size_t k = 0; k < d.x.size(); ++k) d.x[k] = static_cast<double>(k);
  return d;
}

std::vector<double> transformed(Trials d, const test::GsnTransform& step) {
  apply(d, step);
  return d.x;
}

}  // namespace

TEST_CASE("golden inputs of gsn are rebuilt bit for bit from their seeds", "[gsn]") {
  for (const char* file : {"even", "uneven", "missing", "spec"})
    for (const GsnCase& c : test::gsn_cases(file)) {
      INFO(c.id);
      check_rebuilt(c);
    }
}

TEST_CASE("golden answers of gsn are read whole", "[gsn]") {
  std::size_t alternatives = 0;
  std::set<std::string> ids;
  for (const char* file : {"even", "uneven", "missing", "spec"}) {
    const std::vector<GsnCase> cases = test::gsn_cases(file);
    REQUIRE(cases.size() == (std::string(file) == "spec" ? 11 : 30));
    for (const GsnCase& c : cases) {
      INFO(c.id);
      const auto n = static_cast<std::size_t>(c.generator.units);
      const test::GsnAnswer& a = c.expected;
      CHECK(ids.insert(c.id).second);
      CHECK((c.regime == file || std::string(file) == "spec"));
      CHECK(c.mask.kind.empty() == (c.regime == "even"));
      CHECK(a.ncsnr.size() == n);
      CHECK(a.mean_signal.size() == n);
      CHECK(a.eigenvalues_signal.size() == n);
      CHECK(a.noise_covariance.full.size() == (n <= 8 ? n * n : 0));
      CHECK(a.signal_biconvex.trace > 0);
      if (!a.noise.nll.empty())
        CHECK(a.noise.nll.size() == (c.levels.empty() ? c.shrinkage ? 51 : 1 : c.levels.size()));
      alternatives += c.alternatives.size();
    }
  }
  CHECK(alternatives == 1);
}

TEST_CASE("the portable stream has the numbers that are published", "[gsn]") {
  gsn::PortableStream stream(42);
  CHECK(stream.uniform() == 0.37454011884736249);
  CHECK(stream.uniform() == 0.95071430640991617);
  const Trials d =
      test::random_trials({.units = 10, .conditions = 30, .trials = 4, .signal_rank = 3, .noise_size = 0.8, .seed = 1});
  CHECK(d(1, 1, 0) == -1.3859818656564225);
  CHECK(test::message<ValueError>([] { (void)gsn::portable_data({.units = 3, .conditions = 0, .trials = 4}); }) ==
        "portable_data: units=3, conditions=0, trials=4, signal_rank=1, noise_rank=0; expected at least 1 each, "
        "noise_rank at least 0; give more");
}

TEST_CASE("transforms of golden data do what their definition says", "[gsn]") {
  const Trials d = numbered(3, 1, 2);
  CHECK(transformed(d, {"scale", {2}}) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(transformed(d, {"offset", {10}}) == std::vector<double>{10, 11, 22, 23, 34, 35});
  CHECK(transformed(d, {"constant", {1, 7}}) == std::vector<double>{0, 1, 7, 7, 4, 5});
  CHECK(transformed(d, {"duplicate", {0, 2}}) == std::vector<double>{0, 1, 2, 3, 0, 1});
  CHECK(transformed(d, {"average_reference", {}}) == std::vector<double>{-2, -2, 0, 0, 2, 2});
  CHECK(transformed(d, {"unit_scale", {2}}) == std::vector<double>{0, 1, 20, 30, 400, 500});
  Trials masked = numbered(2, 5, 3);
  apply(masked, test::GsnMask{.kind = "mod4"});
  for (index_t i = 0; i < 2; ++i)
    for (index_t c = 0; c < 5; ++c)
      for (index_t t = 0; t < 3; ++t)
        CHECK(std::isnan(masked(i, c, t)) == (t >= std::vector<index_t>{3, 2, 1, 1, 3}[static_cast<std::size_t>(c)]));
  Trials single = numbered(2, 2, 3);
  apply(single, test::GsnMask{.kind = "single", .condition = 1});
  CHECK(std::isnan(single(1, 1, 1)));
  CHECK(single(1, 1, 0) == 9);
  CHECK(single(1, 0, 2) == 8);
}
