// select_candidates: the value behind the last wanted, wherever it lies, and what a margin lets in.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"
#include "support/catch.hpp"

namespace isonomy::test {
namespace {

struct ChosenOfList {
  CandidateCut cut;
  std::vector<index_t> places;
  std::vector<double> values;
};
ChosenOfList chosen_of(const std::vector<double>& x, index_t k, double margin) {
  Context<Cpu> ctx;
  ChosenOfList out{{}, std::vector<index_t>(x.size()), std::vector<double>(x.size())};
  const auto n = static_cast<index_t>(x.size());
  out.cut = select_candidates(ctx, VectorView<const double>(x.data(), n), k, margin,
                              VectorView<index_t>(out.places.data(), n), VectorView<double>(out.values.data(), n));
  out.places.resize(static_cast<std::size_t>(out.cut.chosen));
  out.values.resize(out.places.size());
  return out;
}

}  // namespace

TEST_CASE("the value behind a rank is the next in order, wherever it lies", "[select]") {
  const auto behind = [](const std::vector<double>& x, index_t k) { return chosen_of(x, k, 0).cut.next; };
  CHECK(behind({-1, 5, 1, 3, -1}, 1) == 3);
  CHECK(behind({-1, 5, 1, 3, -1}, 2) == 1);
  CHECK(behind({-1, 5, 1, 3, -1}, 3) == -std::numeric_limits<double>::infinity());
  CHECK(behind({4, 4, 4}, 2) == 4);
  CHECK(behind({0, 0, -1}, 1) == 0);
  CHECK(behind({1, 1 - 1e-9, 1 - 2e-9, 0.2}, 2) == 1 - 2e-9);
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 3000; ++i) x.push_back(i % 7 == 0 ? -1 : random_unit(8, i));
  std::vector<double> sorted = x;
  std::sort(sorted.rbegin(), sorted.rend());
  bool same = true;
  for (index_t k = 1; k < 2000; k += 13) same = same && behind(x, k) == sorted[static_cast<std::size_t>(k)];
  CHECK(same);
}

TEST_CASE("those within the margin of the last wanted are chosen, in order of their places", "[select]") {
  const std::vector<double> x{0.5, 0.875, -0.25, 0.75, 0.625, 0.0};
  const auto two = chosen_of(x, 2, 0.125);
  CHECK(two.cut == CandidateCut{5, 3, 0.75, 0.625});
  CHECK(two.places == std::vector<index_t>{1, 3, 4});
  CHECK(two.values == std::vector<double>{0.875, 0.75, 0.625});
  CHECK(chosen_of(x, 1, 10).places == std::vector<index_t>{0, 1, 3, 4, 5});
  CHECK(chosen_of(x, 99, 0).cut == CandidateCut{5, 5, 0.0});
  CHECK(chosen_of({-1, -2}, 1, 0).cut == CandidateCut{});
}

}  // namespace isonomy::test
