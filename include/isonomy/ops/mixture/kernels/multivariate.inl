// Mixtures of normal densities in several dimensions over the lanes of a block; read inside a namespace that has Lanes
// (core/lanes/scalar.hpp).

/// Eight registers, one for each step of a tile, in memory `apart` elements from one to the next.
template <class L, int apart = L::width>
struct Steps {
  static constexpr int count = MultivariateNormals::tile_steps, size = count * apart;
  static_assert(count == 8);
  using Vector = typename L::Vector;

  Vector s0, s1, s2, s3, s4, s5, s6, s7;

  [[gnu::always_inline]] ISONOMY_HD static Steps all(double x) {
    const Vector v = L::all(x);
    return {v, v, v, v, v, v, v, v};
  }
  [[gnu::always_inline]] ISONOMY_HD static Steps load(const double* p) {
    return {L::load(p),
            L::load(p + apart),
            L::load(p + 2 * apart),
            L::load(p + 3 * apart),
            L::load(p + 4 * apart),
            L::load(p + 5 * apart),
            L::load(p + 6 * apart),
            L::load(p + 7 * apart)};
  }
  [[gnu::always_inline]] ISONOMY_HD void store(double* p) const {
    L::store(p, s0);
    L::store(p + apart, s1);
    L::store(p + 2 * apart, s2);
    L::store(p + 3 * apart, s3);
    L::store(p + 4 * apart, s4);
    L::store(p + 5 * apart, s5);
    L::store(p + 6 * apart, s6);
    L::store(p + 7 * apart, s7);
  }
  [[gnu::always_inline]] ISONOMY_HD Steps times(const double* p) const {
    const Steps b = load(p);
    return {L::multiply(s0, b.s0), L::multiply(s1, b.s1), L::multiply(s2, b.s2), L::multiply(s3, b.s3),
            L::multiply(s4, b.s4), L::multiply(s5, b.s5), L::multiply(s6, b.s6), L::multiply(s7, b.s7)};
  }
  /// this + a * p, step by step.
  [[gnu::always_inline]] ISONOMY_HD Steps plus(Vector a, const double* p) const {
    const Steps b = load(p);
    return {L::fma(a, b.s0, s0), L::fma(a, b.s1, s1), L::fma(a, b.s2, s2), L::fma(a, b.s3, s3),
            L::fma(a, b.s4, s4), L::fma(a, b.s5, s5), L::fma(a, b.s6, s6), L::fma(a, b.s7, s7)};
  }
  [[gnu::always_inline]] ISONOMY_HD Steps minus(Vector a) const {
    return {L::subtract(s0, a), L::subtract(s1, a), L::subtract(s2, a), L::subtract(s3, a),
            L::subtract(s4, a), L::subtract(s5, a), L::subtract(s6, a), L::subtract(s7, a)};
  }
  /// this - y * y.
  [[gnu::always_inline]] ISONOMY_HD Steps minus_square(const Steps& y) const {
    return {less(s0, y.s0), less(s1, y.s1), less(s2, y.s2), less(s3, y.s3),
            less(s4, y.s4), less(s5, y.s5), less(s6, y.s6), less(s7, y.s7)};
  }
  /// sum + this * p, one step after the other.
  [[gnu::always_inline]] ISONOMY_HD Vector onto(Vector sum, const double* p) const {
    const Steps b = load(p);
    sum = L::fma(s0, b.s0, sum);
    sum = L::fma(s1, b.s1, sum);
    sum = L::fma(s2, b.s2, sum);
    sum = L::fma(s3, b.s3, sum);
    sum = L::fma(s4, b.s4, sum);
    sum = L::fma(s5, b.s5, sum);
    sum = L::fma(s6, b.s6, sum);
    return L::fma(s7, b.s7, sum);
  }

 private:
  [[gnu::always_inline]] ISONOMY_HD static Vector less(Vector sum, Vector y) {
    return L::fma(L::multiply(y, L::all(-1)), y, sum);
  }
};

/// The sums of one group of lanes over a block, tile by tile of eight steps: all that a tile needs fits the first-level
/// cache. Points beyond the last have responsibility 0 and density 1. Rows of the group's room are `apart` elements
/// from one to the next, so that the lanes of a warp may have theirs side by side.
template <class L, bool moments, int apart = L::width>
class DensityLanes {
  using Vector = typename L::Vector;
  using Tile = Steps<L, apart>;
  static constexpr int w = L::width, tile = Tile::size;
  static constexpr index_t tile_points = index_t{Tile::count} * block_lanes;  // of all groups of lanes

 public:
  /// `room` has lane_sums + lane_scratch rows.
  ISONOMY_HD DensityLanes(const MultivariateNormals& term, double* room)
      : term_(term), rows_(term.lane_sums(moments ? MixtureOrder::gradient : MixtureOrder::value)), sums_(room),
        points_(room + rows_ * apart), deviations_(points_ + term.dimensions * tile),
        powers_(deviations_ + term.dimensions * tile) {
    for (int o = 0; o < rows_; ++o) L::store(sums_ + o * apart, L::all(o == 2 ? 1 : 0));
  }

  /// Adds the points of lanes first_lane .. in rows first .. first + n - 1 of x, n <= block_points.
  template <class X>
  ISONOMY_HD void add(const X& x, index_t first, index_t n, int first_lane) {
    for (index_t begin = first_lane; begin < n; begin += tile_points) {
      load(x, first, n, begin);
      for (int k = 0; k < term_.components; ++k) exponents(k);
      normalise(x, first, n, begin);
      if constexpr (moments)
        for (int k = 0; k < term_.components; ++k) accumulate(k);
    }
  }
  ISONOMY_HD void end(double* sums, int first_lane) const {
    for (int o = 0; o < rows_; ++o) L::store(sums + o * block_lanes + first_lane, L::load(sums_ + o * apart));
  }

 private:
  template <class X>
  ISONOMY_HD void load(const X& x, index_t first, index_t n, index_t begin) const {
    const int d = term_.dimensions;
    const double* const means = term_.means;
    for (int step = 0; step < Tile::count; ++step)
      for (int lane = 0; lane < w; ++lane) {
        const index_t i = begin + step * block_lanes + lane;
        double* to = points_ + step * apart + lane;
        if (i < n) {
          const auto* from = &x(first + i, 0);
          if (i + tile_points < n) L::prefetch(&x(first + i + tile_points, 0));
          const index_t next = d > 1 ? &x(first + i, 1) - from : 0;
          for (int j = 0; j < d; ++j, from += next, to += tile) *to = static_cast<double>(*from);
        } else {
          for (int j = 0; j < d; ++j, to += tile) *to = means[j];
        }
      }
  }

  /// deviations = points - mean of component k.
  [[gnu::always_inline]] ISONOMY_HD void deviate(int k) const {
    const int d = term_.dimensions;
    const double* const means = term_.means + k * d;
    const double* from = points_;
    double* to = deviations_;
    for (int j = 0; j < d; ++j, from += tile, to += tile) Tile::load(from).minus(L::all(means[j])).store(to);
  }

  /// powers(k) = log2 of the weighted density of component k.
  ISONOMY_HD void exponents(int k) const {
    deviate(k);
    const bool triangle = term_.covariance == Covariance::full || term_.covariance == Covariance::tied;
    const bool diagonal = term_.covariance == Covariance::diagonal;
    const double* a = term_.factors + (term_.covariance == Covariance::tied ? 0 : k) * term_.factor_size();
    const double* const deviations = deviations_;
    const int d = term_.dimensions;
    Tile exponent = Tile::all(term_.log_peaks[k]);
    for (int row = 0; row < d; ++row) {
      Tile y = Tile::all(0);
      if (triangle)
        for (int c = 0; c <= row; ++c) y = y.plus(L::all(*a++), deviations + c * tile);
      else
        y = y.plus(L::all(a[diagonal ? row : 0]), deviations + row * tile);
      exponent = exponent.minus_square(y);
    }
    exponent.store(powers_ + k * tile);
  }

  /// The weights of so many rows from `first` on, 0 beyond them.
  template <class X>
  [[gnu::always_inline]] ISONOMY_HD static Vector weights_of(const X& x, index_t first, index_t left) {
    double weights[w];
    for (int lane = 0; lane < w; ++lane) weights[lane] = lane < left ? x.weight(first + lane) : 0;
    return L::load(weights);
  }

  /// Exponents to responsibilities; adds the largest exponents and multiplies up the sums of powers. Rows with weights
  /// (x.weight(i)): responsibilities are multiplied by these, and so is the logarithm of every row's density.
  template <class X>
  ISONOMY_HD void normalise(const X& x, index_t first, index_t points, index_t begin) const {
    constexpr bool weighted = requires { x.weight(first); };
    const int n = term_.components;
    Vector exponents = L::load(sums_), product = L::load(sums_ + 2 * apart), logarithms = L::all(0);
    for (int step = 0; step < Tile::count; ++step) {
      double* const powers = powers_ + step * apart;
      Vector largest = L::load(powers);
      for (int k = 1; k < n; ++k) largest = L::maximum(largest, L::load(powers + k * tile));
      Vector total = L::all(0);
      for (int k = 0; k < n; ++k) {
        const Vector e = exp2<L>(L::subtract(L::load(powers + k * tile), largest));
        total = L::add(total, e);
        L::store(powers + k * tile, e);
      }
      const index_t left = points - begin - step * block_lanes;
      if (left < w) {  // lanes without a point
        double edge[2 * w];
        L::store(edge, largest);
        L::store(edge + w, total);
        for (int lane = left > 0 ? static_cast<int>(left) : 0; lane < w; ++lane) {
          edge[lane] = 0;
          edge[w + lane] = 1;
          for (int k = 0; k < n; ++k) powers[k * tile + lane] = 0;
        }
        largest = L::load(edge);
        total = L::load(edge + w);
      }
      Vector weight = L::all(1);
      if constexpr (weighted) {
        weight = weights_of(x, first + begin + step * block_lanes, left);
        exponents = L::fma(weight, largest, exponents);
        logarithms = L::fma(weight, logarithm<L>(total), logarithms);
      } else {
        exponents = L::add(exponents, largest);
        product = L::multiply(product, total);
      }
      if constexpr (moments) {
        const Vector scale = L::divide(weight, total);
        for (int k = 0; k < n; ++k) L::store(powers + k * tile, L::multiply(L::load(powers + k * tile), scale));
      }
    }
    L::store(sums_, exponents);
    if constexpr (weighted) {  // base 2, as exponents are; the product stays 1
      L::store(sums_ + apart, L::fma(logarithms, L::all(0x1.71547652b82fep+0), L::load(sums_ + apart)));
    } else {
      L::store(sums_ + apart, L::add(L::load(sums_ + apart), L::exponent(product)));
      L::store(sums_ + 2 * apart, L::significand(product));
    }
  }

  /// Adds r, r d, r d d^T of component k.
  ISONOMY_HD void accumulate(int k) const {
    deviate(k);
    const int d = term_.dimensions, n = term_.components;
    const bool triangle = term_.covariance == Covariance::full || term_.covariance == Covariance::tied;
    const Tile r = Tile::load(powers_ + k * tile);
    double* const g = sums_ + (3 + k) * apart;
    double* const s = sums_ + (3 + n + k * d) * apart;
    double* q = sums_ + (3 + n + n * d + (term_.covariance == Covariance::tied ? 0 : k * term_.factor_size())) * apart;
    Vector sum = L::load(g);
    for (int i = 0; i < tile; i += apart) sum = L::add(sum, L::load(powers_ + k * tile + i));
    L::store(g, sum);
    const double* const deviations = deviations_;
    for (int i = 0; i < d; ++i) {
      const double* const deviation = deviations + i * tile;
      L::store(s + i * apart, r.onto(L::load(s + i * apart), deviation));
      const Tile weighted = r.times(deviation);
      if (triangle) {
        for (int j = 0; j <= i; ++j, q += apart) L::store(q, weighted.onto(L::load(q), deviations + j * tile));
      } else {
        L::store(q, weighted.onto(L::load(q), deviation));
        q += term_.covariance == Covariance::diagonal ? apart : 0;
      }
    }
  }

  const MultivariateNormals& term_;
  int rows_;
  double *sums_, *points_, *deviations_, *powers_;
};

/// The lane sums of one block of n rows of x, whatever the width of Lanes. `sums` has block_lanes * (lane_sums +
/// lane_scratch) elements.
struct MultivariateBlocks {
  template <bool moments, class X>
  ISONOMY_HD static void add(const MultivariateNormals& term, const X& x, index_t first, index_t n, double* sums) {
    double* const room = sums + term.lane_sums(moments ? MixtureOrder::gradient : MixtureOrder::value) * block_lanes;
    for (int lane = 0; lane < block_lanes; lane += Lanes::width) {
      DensityLanes<Lanes, moments> group(term, room);
      group.add(x, first, n, lane);
      group.end(sums, lane);
    }
  }
};
