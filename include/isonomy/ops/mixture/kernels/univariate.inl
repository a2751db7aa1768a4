// Mixtures of normal densities over the lanes of a block; read inside a namespace that has Lanes
// (core/lanes/scalar.hpp).

/// The sums of one group of lanes of a SharedMeanPair, in registers. With delta the log2 ratio of the densities, log p =
/// log wide + log(1 + 2^delta) for a close pair, else (log wide + ln2 max(delta, 0)) + log(1 + 2^-|delta|): a product
/// collects the factors, so that no logarithm is taken per point.
template <class L, MixtureOrder order>
class SharedMeanPairLanes {
  using Vector = typename L::Vector;
  static constexpr bool gradient = order != MixtureOrder::value, hessian = order == MixtureOrder::hessian;

 public:
  [[gnu::always_inline]] ISONOMY_HD explicit SharedMeanPairLanes(const SharedMeanPair& term)
      : scale_(L::all(term.scale)), minus_mean_(L::all(-term.mean)), difference_(L::all(term.difference)), curvature_(L::all(term.curvature)),
        shift_(L::all(term.shift)), floor_(L::all(term.floor)), close_(term.close()) {}

  [[gnu::always_inline]] ISONOMY_HD void begin(double*) {
    squares_ = excess_ = deviations_ = r_ = rd_ = rd2_ = m0_ = m1_ = m2_ = m3_ = m4_ = L::all(0);
    product_ = L::all(1);
  }
  [[gnu::always_inline]] ISONOMY_HD void resume(const double* sums) {
    squares_ = L::load(sums);
    excess_ = L::load(sums + block_lanes);
    product_ = L::load(sums + 2 * block_lanes);
    if constexpr (gradient) {
      deviations_ = L::load(sums + 3 * block_lanes);
      r_ = L::load(sums + 4 * block_lanes);
      rd_ = L::load(sums + 5 * block_lanes);
      rd2_ = L::load(sums + 6 * block_lanes);
    }
    if constexpr (hessian) {
      m0_ = L::load(sums + 7 * block_lanes);
      m1_ = L::load(sums + 8 * block_lanes);
      m2_ = L::load(sums + 9 * block_lanes);
      m3_ = L::load(sums + 10 * block_lanes);
      m4_ = L::load(sums + 11 * block_lanes);
    }
  }
  [[gnu::always_inline]] ISONOMY_HD void add(const Vector& x) {
    const Vector one = L::all(1), d = L::fma(x, scale_, minus_mean_), d2 = L::multiply(d, d);
    const Vector delta = L::fma(d2, curvature_, difference_);
    squares_ = L::fma(d, d, squares_);
    if (close_) {
      const Vector e = exp2<L>(delta);
      product_ = L::fma(e, product_, product_);
      if constexpr (gradient) {
        const Vector narrow = L::divide(e, L::add(one, e));
        add_responsibilities(d, d2, narrow, narrow, L::subtract(one, narrow));
      }
    } else {
      excess_ = L::add(excess_, L::maximum(L::fma(d2, curvature_, shift_), floor_));
      const Vector e = exp2<L>(L::negative(delta));
      product_ = L::fma(e, product_, product_);
      if constexpr (gradient) {
        const Vector smaller = L::divide(e, L::add(one, e)), larger = L::subtract(one, smaller);
        add_responsibilities(d, d2, L::where_negative(delta, smaller, larger), smaller, larger);
      }
    }
  }
  /// Moves the product's exponent away before it can overflow; where it cannot, a block's worth is at most 2^256.
  [[gnu::always_inline]] ISONOMY_HD void flush() {
    if (!close_) return;
    excess_ = L::add(excess_, L::exponent(product_));
    product_ = L::significand(product_);
  }
  [[gnu::always_inline]] ISONOMY_HD void end(double* sums) const {
    L::store(sums, squares_);
    L::store(sums + block_lanes, excess_);
    L::store(sums + 2 * block_lanes, product_);
    if constexpr (gradient) {
      L::store(sums + 3 * block_lanes, deviations_);
      L::store(sums + 4 * block_lanes, r_);
      L::store(sums + 5 * block_lanes, rd_);
      L::store(sums + 6 * block_lanes, rd2_);
    }
    if constexpr (hessian) {
      L::store(sums + 7 * block_lanes, m0_);
      L::store(sums + 8 * block_lanes, m1_);
      L::store(sums + 9 * block_lanes, m2_);
      L::store(sums + 10 * block_lanes, m3_);
      L::store(sums + 11 * block_lanes, m4_);
    }
  }

 private:
  /// r: the narrow density's responsibility; r (1 - r) = p q.
  [[gnu::always_inline]] ISONOMY_HD void add_responsibilities(const Vector& d, const Vector& d2, const Vector& r,
                                                              const Vector& p, const Vector& q) {
    deviations_ = L::add(deviations_, d);
    r_ = L::add(r_, r);
    rd_ = L::fma(r, d, rd_);
    rd2_ = L::fma(r, d2, rd2_);
    if constexpr (hessian) {
      const Vector m = L::multiply(p, q), md = L::multiply(m, d), md2 = L::multiply(m, d2);
      m0_ = L::fma(p, q, m0_);
      m1_ = L::fma(m, d, m1_);
      m2_ = L::fma(m, d2, m2_);
      m3_ = L::fma(md, d2, m3_);
      m4_ = L::fma(md2, d2, m4_);
    }
  }

  Vector scale_, minus_mean_, difference_, curvature_, shift_, floor_;
  bool close_;
  Vector squares_, excess_, product_, deviations_, r_, rd_, rd2_, m0_, m1_, m2_, m3_, m4_;
};

/// log2 of a density at points: the largest exponent of its components, and what the sum is beside it.
template <class L>
struct ComponentPowers {
  typename L::Vector largest, total;
};

/// log2 p = m + log2 sum_k 2^(a_k - m) at x, m the largest exponent a_k. Row k of `powers` gets the k-th summand and
/// row 3 k + 1 of `u` x - mean_k, both for derivatives.
template <class L, bool derivatives>
[[gnu::always_inline]] ISONOMY_HD inline ComponentPowers<L>
component_powers(const NormalComponents& term, const typename L::Vector& x, double* powers, double* u) {
  using Vector = typename L::Vector;
  const int n = term.components;
  Vector largest = L::all(-1.0 / 0.0), total = L::all(0);
  const Vector scale = L::all(term.scale);
  for (int k = 0; k < n; ++k) {
    const Vector d = L::fma(x, scale, L::all(-term.means[k])), d2 = L::multiply(d, d);
    Vector a = L::all(term.log_peaks[k]);
    if (term.slopes) a = L::fma(d, L::all(term.slopes[k]), a);
    a = L::fma(d2, L::all(term.curvatures[k]), a);
    largest = L::maximum(largest, a);
    L::store(powers + k * block_lanes, a);
    if constexpr (derivatives) L::store(u + (3 * k + 1) * block_lanes, d);
  }
  for (int k = 0; k < n; ++k) {
    const Vector e = exp2<L>(L::subtract(L::load(powers + k * block_lanes), largest));
    total = L::add(total, e);
    if constexpr (derivatives) L::store(powers + k * block_lanes, e);
  }
  return {largest, total};
}

/// The sums of one group of lanes of NormalComponents, in memory: of largest exponents, and a product of the rest.
template <class L, MixtureOrder order>
class NormalComponentsLanes {
  using Vector = typename L::Vector;
  static constexpr bool gradient = order != MixtureOrder::value, hessian = order == MixtureOrder::hessian;

 public:
  [[gnu::always_inline]] ISONOMY_HD explicit NormalComponentsLanes(const NormalComponents& term) : term_(term) {}

  /// `scratch` lies lane_sums() rows of block_lanes after `sums`.
  [[gnu::always_inline]] ISONOMY_HD void begin(double* sums) {
    resume(sums);
    const int n = term_.lane_sums(order);
    for (int o = 0; o < n; ++o) L::store(sums + o * block_lanes, L::all(o == 2 ? 1 : 0));
  }
  [[gnu::always_inline]] ISONOMY_HD void resume(double* sums) {
    sums_ = sums;
    scratch_ = sums + term_.lane_sums(order) * block_lanes;
  }
  [[gnu::always_inline]] ISONOMY_HD void add(const Vector& x) {
    const int n = term_.components;
    double* const powers = scratch_;
    double* const u = scratch_ + n * block_lanes;  // three rows a component
    const auto [largest, total] = component_powers<L, gradient>(term_, x, powers, u);
    accumulate(0, largest);
    L::store(sums_ + 2 * block_lanes, L::multiply(L::load(sums_ + 2 * block_lanes), total));
    if constexpr (gradient) {
      const Vector scale = L::divide(L::all(1), total);
      for (int k = 0; k < n; ++k) {
        const Vector e = L::load(powers + k * block_lanes), r = L::multiply(e, scale);
        const Vector d = L::load(u + (3 * k + 1) * block_lanes), rd = L::multiply(r, d), rd2 = L::multiply(rd, d);
        accumulate(3 + 3 * k, e, scale);
        accumulate(4 + 3 * k, r, d);
        accumulate(5 + 3 * k, rd, d);
        if constexpr (hessian) {
          accumulate(3 + 3 * n + 2 * k, rd2, d);
          accumulate(4 + 3 * n + 2 * k, rd2, L::multiply(d, d));
          L::store(u + 3 * k * block_lanes, r);
          L::store(u + (3 * k + 1) * block_lanes, rd);
          L::store(u + (3 * k + 2) * block_lanes, rd2);
        }
      }
    }
    if constexpr (hessian) {
      int o = 3 + 5 * n;
      for (int i = 0; i < 3 * n; ++i) {
        const Vector ui = L::load(u + i * block_lanes);
        for (int j = 0; j <= i; ++j, ++o) accumulate(o, ui, L::load(u + j * block_lanes));
      }
    }
  }
  /// Moves the product's exponent away before it can overflow.
  [[gnu::always_inline]] ISONOMY_HD void flush() {
    const Vector product = L::load(sums_ + 2 * block_lanes);
    accumulate(1, L::exponent(product));
    L::store(sums_ + 2 * block_lanes, L::significand(product));
  }
  [[gnu::always_inline]] ISONOMY_HD void end(double*) const {}

 private:
  [[gnu::always_inline]] ISONOMY_HD void accumulate(int output, const Vector& x) const {
    L::store(sums_ + output * block_lanes, L::add(L::load(sums_ + output * block_lanes), x));
  }
  [[gnu::always_inline]] ISONOMY_HD void accumulate(int output, const Vector& x, const Vector& y) const {
    L::store(sums_ + output * block_lanes, L::fma(x, y, L::load(sums_ + output * block_lanes)));
  }

  const NormalComponents& term_;
  double *sums_ = nullptr, *scratch_ = nullptr;
};

template <class L, MixtureOrder order>
[[gnu::always_inline]] ISONOMY_HD inline SharedMeanPairLanes<L, order> lanes_of(const SharedMeanPair& term) {
  return SharedMeanPairLanes<L, order>(term);
}
template <class L, MixtureOrder order>
[[gnu::always_inline]] ISONOMY_HD inline NormalComponentsLanes<L, order> lanes_of(const NormalComponents& term) {
  return NormalComponentsLanes<L, order>(term);
}
