// How the gates are measured (benchmarks/gates/measure.hpp), on legs that take as long as a clock of the test says.
#include "../../benchmarks/gates/measure.hpp"

#include "support/catch.hpp"

namespace isonomy::test {
namespace {

using namespace gates;

/// Seconds that pass only when a leg lets them.
double& time_of_legs() {
  static double now = 0;
  return now;
}
Sampling sampling_of_legs() {
  Sampling out;
  out.now = [] { return time_of_legs(); };
  return out;
}
Leg taking(Role role, double seconds, int* runs = nullptr) {
  return {role, "leg", [seconds, runs] {
            time_of_legs() += seconds;
            if (runs != nullptr) ++*runs;
          }};
}

/// A device that takes a second and a millisecond a row; a host that takes ten milliseconds a row.
class LinearWork final : public Work {
 public:
  explicit LinearWork(const Setup& setup) : rows_(static_cast<double>(setup.size)), broken_(setup.broken) {}
  std::string difference() override { return broken_ ? "row 3" : ""; }
  std::vector<Leg> legs() override {
    return {taking(Role::one_core, 0.02 * rows_),   taking(Role::all_cores, 0.01 * rows_),
            taking(Role::resident, 0.001 * rows_),  taking(Role::with_transfers, 1 + 0.001 * rows_),
            taking(Role::yardstick, 0.002 * rows_), taking(Role::yardstick, 0.0015 * rows_)};
  }
  Demand demand() const override { return {Demand::Of::bytes, rows_, "rows"}; }

 private:
  double rows_;
  bool broken_;
};

Gate linear(index_t size, double limit, Role against = Role::one_core) {
  return {"linear",
          "rows",
          "rows",
          size,
          1,
          Role::resident,
          against,
          limit,
          [](const Setup& setup) -> std::unique_ptr<Work> { return std::make_unique<LinearWork>(setup); }};
}

Request request_of_legs() {
  Request out;
  out.sampling = sampling_of_legs();
  return out;
}

}  // namespace

TEST_CASE("a gate passes or is too slow by the ratio of medians") {
  CHECK(measure(linear(1000, 19.9), request_of_legs()).end == End::passed);
  const Outcome slow = measure(linear(1000, 20.1), request_of_legs());
  CHECK(slow.end == End::too_slow);
  CHECK(slow.ratio == Approx(20));
  Request gentle = request_of_legs();
  gentle.demand = 0.5;
  CHECK(measure(linear(1000, 20.1), gentle).end == End::passed);
}

TEST_CASE("a gate is held against the fastest of its yardsticks") {
  CHECK(measure(linear(1000, 1, Role::yardstick), request_of_legs()).ratio == Approx(1.5));
}

TEST_CASE("a gate whose sides differ is timed by nobody") {
  Request broken = request_of_legs();
  broken.broken = true;
  const double before = time_of_legs();
  const Outcome outcome = measure(linear(1000, 1), broken);
  CHECK(outcome.end == End::not_equal);
  CHECK(outcome.difference == "row 3");
  CHECK(time_of_legs() == before);
}

TEST_CASE("sizes are scaled, not below the least") {
  CHECK(scaled_size(linear(1000, 1), 0.25) == 250);
  CHECK(scaled_size(linear(1000, 1), 1e-6) == 1);
}

TEST_CASE("the crossover is the smallest of a ladder from which the device is not slower") {
  // 1 + n/1000 <= n/100 from 112 rows on: 256 of 4096, 1024, 256, 64.
  CHECK(measure(linear(4096, 1), request_of_legs()).crossover == 256);
  CHECK(measure(linear(100, 1), request_of_legs()).crossover == std::nullopt);
}

TEST_CASE("legs of the condition are sampled in full, others as long as patience lasts") {
  int counted = 0, quick = 0, slow = 0, slower = 0;
  Sampling sampling = sampling_of_legs();
  sampling.samples = 6;
  const auto timings = time_in_turn({taking(Role::resident, 100, &counted), taking(Role::one_core, 0.5, &quick),
                                     taking(Role::one_core, 2, &slow), taking(Role::one_core, 7, &slower)},
                                    {Role::resident}, 2, sampling);
  CHECK(counted == 7);  // one to warm
  CHECK(quick == 8);    // and one to see how long it takes
  CHECK(slow == 3);
  CHECK(slower == 1);
  CHECK(timings[0].seconds.size() == 6);
  CHECK(timings[0].median() == Approx(50));  // of two pieces each
  CHECK(timings[0].warm);
  CHECK(timings[3].seconds.size() == 1);
  CHECK_FALSE(timings[3].warm);
}

TEST_CASE("quick legs are run several times a sample, those that must be prepared once") {
  int quick = 0, prepared = 0;
  Leg with_preparation = taking(Role::resident, 1e-3, &prepared);
  with_preparation.prepare = [] { time_of_legs() += 5; };
  const auto timings =
      time_in_turn({taking(Role::resident, 0.8e-3, &quick), with_preparation}, {Role::resident}, 1, sampling_of_legs());
  CHECK(quick == 2 + 5 * 6);
  CHECK(prepared == 2 + 5);
  CHECK(timings[1].median() == Approx(1e-3));
}

TEST_CASE("a median lies between the middle two") {
  const Timing even{Role::resident, "", {4, 1, 2, 3}}, odd{Role::resident, "", {9, 1, 2}};
  CHECK(even.median() == 2.5);
  CHECK(odd.median() == 2);
  CHECK(odd.least() == 1);
  CHECK(odd.most() == 9);
}

}  // namespace isonomy::test
