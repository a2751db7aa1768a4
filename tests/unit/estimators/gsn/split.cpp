// What gsn holds out and which levels it tries: known answers.
#include "isonomy/estimators/gsn/split.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace {

std::vector<index_t> beginning(index_t n, std::size_t count) {
  std::vector<index_t> order = gsn::permutation(n);
  order.resize(count);
  return order;
}

}  // namespace

TEST_CASE("permutations are those of the published code", "[gsn]") {
  using List = std::vector<index_t>;
  CHECK(gsn::permutation(0).empty());
  CHECK(gsn::permutation(1) == List{0});
  CHECK(gsn::permutation(5) == List{4, 0, 3, 2, 1});
  CHECK(gsn::permutation(8) == List{6, 5, 4, 0, 3, 2, 7, 1});
  CHECK(gsn::permutation(10) == List{6, 5, 4, 0, 3, 8, 9, 2, 7, 1});
  CHECK(gsn::permutation(12) == List{10, 6, 5, 4, 0, 3, 8, 9, 2, 7, 1, 11});
  CHECK(beginning(30, 12) == List{10, 29, 6, 21, 5, 4, 14, 15, 26, 13, 19, 22});
  CHECK(beginning(40, 12) == List{10, 29, 6, 32, 37, 21, 5, 4, 31, 14, 15, 26});
  CHECK(beginning(100, 12) == List{72, 10, 98, 42, 58, 29, 6, 83, 32, 77, 68, 56});
}

TEST_CASE("a fifth of the conditions is held out, halves rounded to even", "[gsn]") {
  const auto held_out = [](index_t n, index_t part = 5) { return gsn::split(n, part).validation.size(); };
  CHECK(held_out(1) == 0);
  CHECK(held_out(2) == 0);
  CHECK(held_out(3) == 1);
  CHECK(held_out(7) == 1);
  CHECK(held_out(8) == 2);
  CHECK(held_out(12) == 2);
  CHECK(held_out(13) == 3);
  CHECK(held_out(2, 4) == 0);
  CHECK(held_out(6, 4) == 2);
  CHECK(held_out(10, 4) == 2);
  const gsn::Split s = gsn::split(12);
  CHECK(s.validation == std::vector<index_t>{10, 6});
  CHECK(s.training == std::vector<index_t>{5, 4, 0, 3, 8, 9, 2, 7, 1, 11});
  CHECK_THROWS_AS(gsn::split(5, 1), ValueError);
  CHECK_THROWS_AS(gsn::permutation(-1), ValueError);
}

TEST_CASE("levels are multiples of a fiftieth, one alone without shrinkage, or those given", "[gsn]") {
  const std::vector<double> levels = gsn::level_grid(std::nullopt);
  REQUIRE(levels.size() == 51);
  CHECK(levels.front() == 0);
  CHECK(levels[7] == 0.14000000000000001);
  CHECK(levels[43] == 43 * (1.0 / 50));
  CHECK(levels.back() == 1);
  CHECK(gsn::level_grid(std::nullopt, false) == std::vector<double>{1.0});
  const std::vector<double> own{0.3, 0.1, 0.3};
  CHECK(gsn::level_grid(own, false) == own);
  CHECK(gsn::level_grid(std::vector<double>{-0.5, 1.5}, true, true).size() == 2);
  const auto refused = [](std::vector<double> given) {
    return test::message<ValueError>([&] { (void)gsn::level_grid(given); });
  };
  CHECK(refused({}) ==
        "gsn::level_grid: shrinklevels is an empty list; expected one level at least; give no list for the default");
  CHECK(refused({0.5, 1.5}).find("levels[1]=1.5") != std::string::npos);
  CHECK(refused({-0.1}).find("allow_extrapolation") != std::string::npos);
  CHECK(refused({std::numeric_limits<double>::quiet_NaN()}).find("levels[0]") != std::string::npos);
}
