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

/// Steps between two flushes: 256 components at most multiply to 2^512.
inline constexpr index_t flush_steps = 64;
/// How many steps ahead points are asked for: what the processor guesses by itself comes too late.
inline constexpr index_t prefetch_steps = 32;

/// A group's steps onto the points from x on, which are its own of the first step; those of the next lie block_lanes
/// further. Steps from `whole` on stand for themselves: their products are brought in before the first of them.
/// `resume`: the sums go on from what they are. Not inlined: the one form of a kernel, which is long, serves blocks and
/// their ends.
template <class L, MixtureOrder order, class Term, class Points>
[[gnu::noinline]] ISONOMY_HD inline void add_steps(const Term& term, const Points& x, index_t whole, index_t steps,
                                                   double* sums, bool resume) {
  auto group = lanes_of<L, order>(term);
  if (resume)
    group.resume(sums);
  else
    group.begin(sums);
  index_t step = 0;
  while (step < steps) {
    const index_t end = step < whole ? whole : steps, pause = end - step < flush_steps ? end : step + flush_steps;
    for (; step < pause; ++step) {
      if (step + prefetch_steps < whole) prefetch_points<L>(x + (step + prefetch_steps) * block_lanes);
      add_points<L>(group, x + step * block_lanes);
    }
    group.flush();
  }
  group.end(sums);
}

/// sums[o * block_lanes + lane] of lanes first_lane .. first_lane + L::width - 1 over the n <= block_points points of a
/// block, x a pointer or WeightedPoints. `sums` has block_lanes * (lane_sums + lane_scratch) elements. A group of lanes
/// that the last step fills only in part (never on one-element lanes) leaves that step to finish_lanes.
template <class L, MixtureOrder order, class Term, class Points>
ISONOMY_HD inline void add_lanes(const Term& term, const Points& x, index_t n, int first_lane, double* sums) {
  const index_t whole = n / block_lanes, last = first_lane + L::width <= n % block_lanes ? 1 : 0;
  add_steps<L, order>(term, x + first_lane, whole, whole + last, sums + first_lane, false);
}

/// One step where only `filled` points are left: with the last of them in the lanes beyond.
template <class L, class T>
ISONOMY_HD inline void fill_up(T* out, const T* x, int filled) {
  for (int lane = 0; lane < L::width; ++lane) out[lane] = x[lane < filled ? lane : filled - 1];
}
template <class L, MixtureOrder order, class Term, class T>
ISONOMY_HD inline void add_last_points(const Term& term, const T* x, int filled, double* sums) {
  T points[L::width];
  fill_up<L>(points, x, filled);
  add_steps<L, order>(term, static_cast<const T*>(points), 0, 1, sums, true);
}
template <class L, MixtureOrder order, class Term, class T>
ISONOMY_HD inline void add_last_points(const Term& term, const WeightedPoints<T>& x, int filled, double* sums) {
  T points[L::width], weights[L::width];
  fill_up<L>(points, x.points, filled);
  fill_up<L>(weights, x.weights, filled);
  add_steps<L, order>(term, WeightedPoints<T>{points, weights}, 0, 1, sums, true);
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
  add_last_points<L, order>(term, x + (n - rest + first_lane), filled, spare + first_lane);
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
