// Blocks of points over groups of lanes; read inside a namespace that has Lanes (core/lanes/scalar.hpp) and the lanes
// of every term.

/// Asks for the points of a step to come.
template <class L, class T>
[[gnu::always_inline]] ISONOMY_HD inline void prefetch_points(const T* x) {
  L::prefetch(x);
}
template <class L, class T>
[[gnu::always_inline]] ISONOMY_HD inline void prefetch_points(const WeightedPoints<T>& x) {
  L::prefetch(x.points);
  L::prefetch(x.weights);
}

/// A step of a group of lanes onto the points from x on.
template <class L, class Group, class T>
[[gnu::always_inline]] ISONOMY_HD inline void add_points(Group& group, const T* x) {
  group.add(L::load(x));
}
template <class L, class Group, class T>
[[gnu::always_inline]] ISONOMY_HD inline void add_points(Group& group, const WeightedPoints<T>& x) {
  group.add(L::load(x.points), L::load(x.weights));
}

/// The same where only `filled` points are left: with the last of them in the lanes beyond.
template <class L, class T>
[[gnu::always_inline]] ISONOMY_HD inline void fill_up(double* out, const T* x, int filled) {
  for (int lane = 0; lane < L::width; ++lane) out[lane] = static_cast<double>(x[lane < filled ? lane : filled - 1]);
}
template <class L, class Group, class T>
[[gnu::always_inline]] ISONOMY_HD inline void add_last_points(Group& group, const T* x, int filled) {
  double points[L::width];
  fill_up<L>(points, x, filled);
  add_points<L>(group, static_cast<const double*>(points));
}
template <class L, class Group, class T>
[[gnu::always_inline]] ISONOMY_HD inline void add_last_points(Group& group, const WeightedPoints<T>& x, int filled) {
  double points[L::width], weights[L::width];
  fill_up<L>(points, x.points, filled);
  fill_up<L>(weights, x.weights, filled);
  add_points<L>(group, WeightedPoints<double>{points, weights});
}

/// Steps between two flushes: 256 components at most multiply to 2^512.
inline constexpr index_t flush_steps = 64;
/// How many steps ahead points are asked for: what the processor guesses by itself comes too late.
inline constexpr index_t prefetch_steps = 32;

/// sums[o * block_lanes + lane] of lanes first_lane .. first_lane + L::width - 1 over the n <= block_points points of a
/// block, x a pointer or WeightedPoints. `sums` has block_lanes * (lane_sums + lane_scratch) elements. A group of lanes
/// that the last step fills only in part (never on one-element lanes) leaves that step to finish_lanes.
template <class L, MixtureOrder order, class Term, class Points>
[[gnu::always_inline]] ISONOMY_HD inline void add_lanes(const Term& term, const Points& x, index_t n, int first_lane,
                                                        double* sums) {
  auto group = lanes_of<L, order>(term);
  group.begin(sums + first_lane);
  const index_t steps = n / block_lanes, rest = n % block_lanes;
  index_t step = 0;
  while (step < steps) {
    const index_t pause = steps - step < flush_steps ? steps : step + flush_steps;
    for (; step < pause; ++step) {
      if (step + prefetch_steps < steps) prefetch_points<L>(x + ((step + prefetch_steps) * block_lanes + first_lane));
      add_points<L>(group, x + (step * block_lanes + first_lane));
    }
    group.flush();
  }
  if (first_lane + L::width <= rest) {
    add_points<L>(group, x + (steps * block_lanes + first_lane));
    group.flush();
  }
  group.end(sums + first_lane);
}

/// The rest of a block whose last step ends within a group of lanes: the group takes the step on a copy of its sums,
/// with the last point in the lanes beyond, and keeps the lanes that have a point. `spare` is as large as `sums`.
template <class L, MixtureOrder order, class Term, class Points>
ISONOMY_HD inline void finish_lanes(const Term& term, const Points& x, index_t n, double* sums, double* spare) {
  const auto rest = static_cast<int>(n % block_lanes);
  if (rest % L::width == 0) return;
  const int first_lane = rest / L::width * L::width, filled = rest - first_lane, rows = term.lane_sums(order);
  for (int o = 0; o < rows; ++o)
    for (int lane = 0; lane < L::width; ++lane)
      spare[o * block_lanes + first_lane + lane] = sums[o * block_lanes + first_lane + lane];
  auto group = lanes_of<L, order>(term);
  group.resume(spare + first_lane);
  add_last_points<L>(group, x + (n - rest + first_lane), filled);
  group.flush();
  group.end(spare + first_lane);
  for (int o = 0; o < rows; ++o)
    for (int lane = 0; lane < filled; ++lane)
      sums[o * block_lanes + first_lane + lane] = spare[o * block_lanes + first_lane + lane];
}

/// The lane sums of one block of n points, whatever the width of Lanes.
struct MixtureBlocks {
  template <MixtureOrder order, class Term, class Points>
  ISONOMY_HD static void add(const Term& term, const Points& x, index_t n, double* sums, double* spare) {
    using L = Twice<Lanes>;
    for (int lane = 0; lane < block_lanes; lane += L::width) add_lanes<L, order>(term, x, n, lane, sums);
    finish_lanes<L, order>(term, x, n, sums, spare);
  }
};
