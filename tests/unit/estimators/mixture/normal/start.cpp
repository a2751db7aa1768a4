// Automatic starting values: where they lie, that fits accept them and reach the right place, and bad data by name.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/compiled/mixture.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/estimators/mixture/normal/starts/missed_clumps.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"
#include "support/mixture/objectives.hpp"

using namespace isonomy;
using mixture::automatic_start;
using mixture::find_start;
using mixture::fit;
using mixture::NormalModel;
using mixture::Sharing;
using mixture::Weighting;
using test::message;
using test::normal;

namespace {

/// Half N(1, 2), half N(1, 0.5).
std::vector<double> half_wide(index_t n) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) x.push_back(1 + (i % 2 == 0 ? 2 : 0.5) * normal(9, static_cast<std::uint64_t>(i)));
  return x;
}

/// 20 % N(-5, 0.5), 50 % N(0, 1), 30 % N(8, 2).
std::vector<double> three_peaks(index_t n) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) {
    const auto e = static_cast<std::uint64_t>(i);
    const double u = random_unit(4, e), v = normal(5, e);
    x.push_back(u < 0.2 ? -5 + 0.5 * v : u < 0.7 ? v : 8 + 2 * v);
  }
  return x;
}

/// Draws of one data set: uniform and normal numbers.
struct Draws {
  std::uint64_t seed, i = 0;
  double unit() { return random_unit(seed, i++, 7); }
  double bell() { return normal(seed, 1000 + i++); }
};

/// Shapes whose likelihood has several maxima, of some 200 to 400 points, and near which parameters the best one lies.
struct Shape {
  std::string name;
  std::vector<double> points, truth;
};

std::vector<Shape> shapes_of_many_maxima(std::uint64_t seed) {
  Draws draws{seed};
  const auto drawn = [&](std::initializer_list<std::pair<int, std::pair<double, double>>> parts) {
    std::vector<double> x;
    for (const auto& [count, place] : parts)
      for (int i = 0; i < count; ++i) x.push_back(place.first + place.second * draws.bell());
    return x;
  };
  Shape flat{"peak on a flat background", drawn({{150, {2, 0.5}}}), {0.75, 2, 2, 0.5, 6}};
  for (int i = 0; i < 50; ++i) flat.points.push_back(-8 + 20 * draws.unit());
  return {flat,
          {"narrow peak in a broad one", drawn({{240, {0, 5}}, {60, {-2, 0.3}}}), {0.8, 0, -2, 5, 0.3}},
          {"overlapping groups",
           drawn({{220, {0, 1}}, {90, {-2.5, 0.7}}, {40, {-5, 1}}}),
           {0.65, 0.25, 0, -2.5, -5, 1, 0.7, 1}},
          {"outliers", drawn({{260, {1, 1}}, {20, {0, 30}}}), {0.9, 1, 0, 1, 30}}};
}

double nll_from(const NormalModel& model, const std::vector<double>& x, const std::vector<double>& start) {
  Context<Cpu> ctx;
  const auto result = fit(ctx, model, view(x), start);
  return result.minimum.valid() ? result.minimum.nll : std::numeric_limits<double>::infinity();
}

std::vector<double> start_of(const NormalModel& model, const std::vector<double>& x) {
  Context<Cpu> ctx;
  return automatic_start(ctx, model, view(x));
}

}  // namespace

TEST_CASE("separate peaks are found, by ascending mean", "[mixture]") {
  const std::vector<double> x = three_peaks(5000);
  const std::vector<double> start = start_of({3}, x);
  const std::vector<double> truth{0.2, 0.5, -5, 0, 8, 0.5, 1, 2};
  REQUIRE(start.size() == truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) CHECK(start[i] == Approx(truth[i]).margin(0.35));
  Context<Cpu> ctx;
  const auto result = fit(ctx, NormalModel{3}, view(x), start);
  REQUIRE(result.minimum.status == mixture::Status::converged);
  for (std::size_t i = 0; i < truth.size(); ++i)
    CHECK(std::abs(result.minimum.parameters[i] - truth[i]) < 5 * result.hesse.errors[i]);
}

TEST_CASE("fits reach the maximum near the truth where there are many", "[mixture]") {
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    for (const Shape& shape : shapes_of_many_maxima(seed)) {
      const NormalModel model{static_cast<int>(shape.truth.size() + 1) / 3};
      Context<Cpu> ctx;
      const auto starts = find_start(ctx, model, view(shape.points));
      INFO(shape.name << ", seed " << seed << ": " << starts.met_same << " of " << starts.tried);
      CHECK(nll_from(model, shape.points, starts.parameters) <= nll_from(model, shape.points, shape.truth) + 0.01);
      CHECK(starts.tried == 60);
      CHECK(starts.met_same >= 1);
      CHECK(starts.met_same + starts.met_none <= starts.tried);
    }
}

TEST_CASE("the search ends in one maximum of outliers and a few close points, whatever its seed", "[mixture]") {
  Draws draws{15};
  std::vector<double> x;
  for (int i = 0; i < 270; ++i) x.push_back(draws.bell());
  for (int i = 0; i < 20; ++i) x.push_back(20 * draws.bell());
  for (int i = 0; i < 8; ++i) x.push_back(0.4 + 0.01 * draws.bell());
  const NormalModel model{3};
  const double near_truth = nll_from(model, x, {0.9, 0.07, 0, 0, 0.4, 1, 20, 0.01});
  REQUIRE(std::isfinite(near_truth));
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Context<Cpu> ctx({.seed = seed});
    CHECK(nll_from(model, x, find_start(ctx, model, view(x)).parameters) <= near_truth + 0.01);
  }
}

TEST_CASE("clumps that a mixture misses are among the first it is offered", "[mixture]") {
  Draws draws{3};
  std::vector<double> x;
  for (int i = 0; i < 200; ++i) x.push_back(draws.bell());
  for (int i = 0; i < 32; ++i) x.push_back(9 + 0.1 * draws.bell());
  for (int i = 0; i < 14; ++i) x.push_back(-1 + 0.01 * draws.bell());
  std::sort(x.begin(), x.end());
  // The second component does nothing that the first does not.
  const std::vector<mixture::NormalComponent> found{{0.9, 0, 1, std::log(0.9)}, {0.1, 0, 0.9, std::log(0.1)}};
  mixture::detail::MissedClumps missed(x, found, 2e-3);
  CHECK(missed.least_component() == 1);
  bool far = false, narrow = false;
  for (int i = 0; i < 6; ++i) {
    const mixture::detail::Band clump = missed.next();
    far |= clump.mean > 5 && clump.size > 15;
    narrow |= std::abs(clump.mean + 1) < 0.05 && clump.square < 1e-3;
  }
  CHECK(far);
  CHECK(narrow);
  while (!missed.empty()) CHECK(missed.next().size >= 6);
}

TEST_CASE("points too few for a clump, and equal ones, miss none", "[mixture]") {
  const std::vector<mixture::NormalComponent> found{{0.5, 0, 1, std::log(0.5)}, {0.5, 0, 1, std::log(0.5)}};
  CHECK(mixture::detail::MissedClumps({0, 1, 2, 3, 4, 5}, found, 1e-3).empty());
  mixture::detail::MissedClumps equal(std::vector<double>(20, 1e300), found, 1e-3);
  while (!equal.empty()) CHECK(std::isfinite(equal.next().mean));
}

TEST_CASE("one start of k-means alone ends in a worse maximum of a peak on a flat background", "[mixture]") {
  const Shape flat = shapes_of_many_maxima(0)[0];
  Context<Cpu> ctx;
  const auto one = find_start(ctx, NormalModel{2}, view(flat.points), {.starts = 1});
  CHECK(one.tried == 1);
  CHECK(nll_from({2}, flat.points, one.parameters) > nll_from({2}, flat.points, flat.truth) + 5);
}

TEST_CASE("more starts never end in a worse maximum, and a late one is told", "[mixture]") {
  const Shape shape = shapes_of_many_maxima(2)[1];
  double former = std::numeric_limits<double>::infinity();
  for (const int count : {1, 2, 5, 10, 20}) {
    Context<Cpu> ctx;
    const auto starts = find_start(ctx, NormalModel{3}, view(shape.points), {.starts = count});
    const double nll = nll_from({3}, shape.points, starts.parameters);
    CHECK(nll <= former + 1e-6);
    CHECK(starts.first <= count);
    CHECK(starts.late() == (count > 3 && 4 * starts.first > 3 * count));
    former = nll;
  }
}

TEST_CASE("a spike is no maximum", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 200; ++i) x.push_back(normal(31, i));
  for (int i = 0; i < 12; ++i) x.push_back(0.3);  // twelve equal points, where the likelihood has no limit
  x.push_back(2.5), x.push_back(2.5 + 1e-9);      // and two as good as equal
  for (int components = 2; components <= 3; ++components) {
    Context<Cpu> ctx;
    const NormalModel model{components};
    const auto starts = find_start(ctx, model, view(x));
    REQUIRE(starts.met_same > 0);
    const auto result = fit(ctx, model, view(x), starts.parameters);
    CHECK(result.minimum.status == mixture::Status::converged);
    for (const auto& c : components_of(model, result.minimum.parameters)) {
      CHECK(c.sigma > 1e-3);
      CHECK(c.weight * static_cast<double>(x.size()) > 4.99);
    }
  }
  Context<Cpu> ctx;
  const std::vector<double> few{0, 1, 3, 8};  // no two components of five points
  const auto none = find_start(ctx, NormalModel{2}, view(few));
  CHECK(none.met_same == 0);
  CHECK(none.first == 0);
  CHECK(none.tried == 1);
}

TEST_CASE("two groups far apart are found, however narrow beside their distance", "[mixture]") {
  std::vector<double> x;
  for (std::uint64_t i = 0; i < 400; ++i) x.push_back((i % 2 == 0 ? 0 : 0x1p31) + normal(17, i));
  Context<Cpu> ctx;
  const auto starts = find_start(ctx, NormalModel{2}, view(x));
  CHECK(starts.met_same > 0);
  const auto result = fit(ctx, NormalModel{2}, view(x), starts.parameters);
  CHECK(result.minimum.status == mixture::Status::converged);
  const std::vector<double>& found = result.minimum.parameters;
  CHECK(found[0] == Approx(0.5));
  CHECK(std::abs(found[1]) < 0.3);
  CHECK(std::abs(found[2] - 0x1p31) < 0.3);
  CHECK(found[3] == Approx(1).margin(0.2));
  CHECK(found[4] == Approx(1).margin(0.2));
}

TEST_CASE("starts of data times a power of two are its multiples, bit for bit", "[mixture]") {
  const Shape shape = shapes_of_many_maxima(1)[0];
  for (const double factor : {0x1p-130, 0x1p-3, 0x1p140}) {
    std::vector<double> scaled;
    for (const double v : shape.points) scaled.push_back(factor * v);
    const std::vector<double> plain = start_of({2}, shape.points), other = start_of({2}, scaled);
    CHECK(other[0] == plain[0]);
    for (std::size_t i = 1; i < plain.size(); ++i) CHECK(other[i] == factor * plain[i]);
  }
}

TEST_CASE("components around one mean start with different widths, the widest first", "[mixture]") {
  const std::vector<double> x = half_wide(20000);
  const std::vector<double> start = start_of(mixture::shared_mean_pair(), x);
  CHECK(start[1] == Approx(1).margin(0.05));
  CHECK(start[2] > 2 * start[3]);
  Context<Cpu> ctx;
  const auto result = fit(ctx, mixture::shared_mean_pair(), view(x), start);
  REQUIRE(result.minimum.status == mixture::Status::converged);
  CHECK(result.minimum.parameters[2] == Approx(2).epsilon(0.05));
  CHECK(result.minimum.parameters[3] == Approx(0.5).epsilon(0.05));
}

TEST_CASE("one width in common is the pooled one, and yields are numbers of points", "[mixture][slow]") {
  const std::vector<double> x = three_peaks(5000);
  const NormalModel model{3, Sharing::free, Sharing::shared, Weighting::yields, {}};
  const std::vector<double> start = start_of(model, x);
  REQUIRE(start.size() == 7);
  CHECK(start[0] + start[1] + start[2] == Approx(5000).epsilon(1e-12));
  CHECK(start[1] == Approx(2500).margin(300));
  CHECK(start[6] == Approx(std::sqrt(0.2 * 0.25 + 0.5 + 0.3 * 4)).margin(0.1));
}

TEST_CASE("data that repeat with a period are sampled evenly", "[mixture]") {
  const std::vector<double> x = half_wide(100000);  // every second point is wide
  const std::vector<double> start = start_of(mixture::shared_mean_pair(), x);
  CHECK(start[0] == Approx(0.5).margin(0.05));
  CHECK(start[2] == Approx(2).margin(0.1));
  CHECK(start[3] == Approx(0.5).margin(0.03));
}

TEST_CASE("one component starts at the moments of the data", "[mixture]") {
  const std::vector<double> start = start_of({1}, {1, 2, 3, 6});
  CHECK(start[0] == Approx(3).epsilon(1e-14));
  CHECK(start[1] == Approx(std::sqrt(3.5)).epsilon(1e-14));
}

TEST_CASE("starts of every model are accepted by fits, for ties, few points, offsets and outliers", "[mixture]") {
  const std::vector<std::vector<double>> data{{0, 1},
                                              {0, 0, 0, 1},
                                              {5, 5, 5, 5, 5, 6},
                                              {-1, 1, -1, 1},
                                              {1, 2, 3},
                                              {1e12, 1e12 + 1, 1e12 + 2, 1e12 + 40},
                                              {1e-40, 2e-40, -1e-40},
                                              {1e40, -1e40, 3e39, 0},
                                              {0, 0, 0, 0, 1e9},
                                              {1e-12, 1, 1, 1, 1}};
  for (const std::vector<double>& x : data)
    for (int k = 1; k <= 4; ++k)
      for (const Sharing means : {Sharing::free, Sharing::shared})
        for (const Sharing sigmas : {Sharing::free, Sharing::shared})
          for (const Weighting weighting : {Weighting::fractions, Weighting::yields}) {
            if (static_cast<index_t>(x.size()) < k) continue;
            const NormalModel model{k, means, sigmas, weighting, {}};
            const std::vector<double> start = start_of(model, x);
            double sum = 0;
            for (int i = 0; i < model.weight_count(); ++i) {
              CHECK(start[static_cast<std::size_t>(i)] > 0);
              sum += start[static_cast<std::size_t>(i)];
            }
            if (weighting == Weighting::fractions) CHECK(sum < 1);
            const auto [least, largest] = std::minmax_element(x.begin(), x.end());
            for (int i = model.weight_count(); i < model.weight_count() + model.mean_count(); ++i) {
              CHECK(start[static_cast<std::size_t>(i)] >= *least);
              CHECK(start[static_cast<std::size_t>(i)] <= *largest);
            }
            Context<Cpu> ctx;
            INFO("data " << x[0] << " " << x[1] << " components " << k << " start " << start[0] << " " << start.back());
            CHECK_NOTHROW(fit(ctx, model, view(x), start));
          }
}

TEST_CASE("starts have the same bits for any number of threads, stride and repeat, and follow the seed", "[mixture]") {
  const std::vector<double> x = three_peaks(60000);
  std::vector<double> spaced;
  for (const double v : x) spaced.insert(spaced.end(), {v, 1e300});
  const auto run = [&](int threads, std::uint64_t seed, VectorView<const double> data) {
    cpu::ContextOptions options{};
    options.threads = threads;
    options.seed = seed;
    Context<Cpu> ctx{std::move(options)};
    return automatic_start(ctx, NormalModel{3}, data);
  };
  const std::vector<double> reference = run(1, 0, view(x));
  CHECK(run(2, 0, view(x)) == reference);
  CHECK(run(3, 0, {spaced.data(), 60000, 2}) == reference);
  const std::vector<double> other = run(1, 1, view(x));  // another sample, whose moments differ
  CHECK(other != reference);
  CHECK(other[2] == Approx(reference[2]).margin(0.2));
}

TEST_CASE("a truncated model starts inside its range", "[mixture]") {
  std::vector<double> x = three_peaks(3000);
  std::erase_if(x, [](double v) { return v < -4 || v > 9; });
  const NormalModel model{2, Sharing::free, Sharing::free, Weighting::fractions, {-4, 9}};
  const std::vector<double> start = start_of(model, x);
  CHECK(start[1] > -4);
  CHECK(start[2] < 9);
  Context<Cpu> ctx;
  CHECK(fit(ctx, model, view(x), start).minimum.valid());
}

TEST_CASE("spikes are narrow components or such of few points, and a single component is none", "[mixture]") {
  const NormalModel two{2};
  CHECK(spikes(two, {0.5, 0, 5, 1, 1}, 100, 3) == 0);
  CHECK(spikes(two, {0.04, 0, 5, 1, 1}, 100, 3) == 1);      // 4 points
  CHECK(spikes(two, {0.97, 0, 5, 1, 1}, 100, 3) == 1);      // 3 points in the last
  CHECK(spikes(two, {0.5, 0, 5, 0.0029, 1}, 100, 3) == 1);  // narrower than 1e-3 of the spread
  CHECK(spikes(two, {0.04, 0, 5, 1, 0.002}, 100, 3) == 2);
  CHECK(spikes(two, {0.5, 0, 5, 0.002, 1}, 100, 0) == 0);  // of an unknown spread
  NormalModel yields = two;
  yields.weighting = Weighting::yields;
  CHECK(spikes(yields, {50, 50, 0, 5, 1, 1}, 100, 3) == 0);
  CHECK(spikes(yields, {96, 4, 0, 5, 1, 1}, 100, 3) == 1);
  CHECK(spikes(NormalModel{1}, {0, 1e-9}, 3, 1) == 0);
}

TEST_CASE("data without a start are named", "[mixture]") {
  const auto said = [](const NormalModel& model, const std::vector<double>& x) {
    return message<ValueError>([&] { return start_of(model, x); });
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(said({2}, {}) == "start: the data are empty; expected at least one point");
  CHECK(said({0}, {1, 2}) == "mixture: components=0; expected at least 1");
  Context<Cpu> counting;
  const std::vector<double> three{1, 2, 3};
  CHECK(message<ValueError>([&] { return find_start(counting, NormalModel{2}, view(three), {.starts = 0}); }) ==
        "start: starts=0; expected at least 1; 60 are the default");
  CHECK(said({3}, {1, 2}) == "start: 2 points for 3 components; use fewer components");
  CHECK(said({2}, {nan, 2, 3}) == "mixture: x[0]=nan; expected a number below 1e150 in size; remove or rescale it");
  CHECK(said({2}, {1, 2, nan}) == "mixture: x[2]=nan; expected a number below 1e150 in size; remove or rescale it");
  CHECK(said({2}, {1, -INFINITY, 2}) ==
        "mixture: x[1]=-inf; expected a number below 1e150 in size; remove or rescale it");
  const char* const equal =
      "mixture: all data are equal, or as good as; expected a spread beyond rounding; see where the data come from";
  CHECK(start_of({2}, {1e-200, 2e-200, -1e-200}).size() == 5);
  CHECK(said({2}, {4, 4, 4}) == equal);
  Context<Cpu> ctx;
  const auto unusable = [&](VectorView<const double> x) {
    return message<ShapeError>([&] { return automatic_start(ctx, NormalModel{2}, x); });
  };
  CHECK(unusable({nullptr, 5, 1}) == "mixture: x has elements but no data pointer");
  const double one = 1;
  CHECK(unusable({&one, -5, 1}) == "mixture: x has size -5 and stride 1; both must be at least 0");
  CHECK(unusable({&one, 5, -1}) == "mixture: x has size 5 and stride -1; both must be at least 0");
  NormalModel narrow{1};
  narrow.range = {0, 1};
  CHECK(said(narrow, {0.5, 2, 3}) ==
        "mixture: 2 of 3 points lie outside the range from 0 to 1; leave them out, or widen the range");
}
