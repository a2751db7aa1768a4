// Weighted mixtures of normal densities over the lanes of a block; read inside a namespace that has Lanes
// (core/lanes/scalar.hpp), after univariate.inl.

/// The sums of one group of lanes of weighted NormalComponents, in memory.
template <class L, MixtureOrder order>
class WeightedComponentsLanes {
  using Vector = typename L::Vector;
  static constexpr bool gradient = order != MixtureOrder::value, hessian = order == MixtureOrder::hessian;

 public:
  [[gnu::always_inline]] ISONOMY_HD explicit WeightedComponentsLanes(const Weighted<NormalComponents>& term)
      : term_(term) {}

  /// `scratch` lies lane_sums() rows of block_lanes after `sums`.
  [[gnu::always_inline]] ISONOMY_HD void begin(double* sums) {
    resume(sums);
    const int n = term_.lane_sums(order);
    for (int o = 0; o < n; ++o) L::store(sums + o * block_lanes, L::all(0));
  }
  [[gnu::always_inline]] ISONOMY_HD void resume(double* sums) {
    sums_ = sums;
    scratch_ = sums + term_.lane_sums(order) * block_lanes;
  }
  [[gnu::always_inline]] ISONOMY_HD void add(const Vector& x, const Vector& weight) {
    const int n = term_.term.components;
    double* const powers = scratch_;
    double* const u = scratch_ + n * block_lanes;  // three rows a component
    const auto [largest, total] = component_powers<L, gradient>(term_.term, x, powers, u);
    const Vector w = term_.squared ? L::multiply(weight, weight) : weight;
    const Vector ln2 = L::all(0x1.62e42fefa39efp-1);
    accumulate(0, w, L::fma(largest, ln2, logarithm<L>(total)));
    accumulate(1, w, L::all(1));
    if constexpr (gradient) {
      const Vector scale = L::divide(L::all(1), total);
      for (int k = 0; k < n; ++k) {
        const Vector r = L::multiply(L::load(powers + k * block_lanes), scale);
        const Vector d = L::load(u + (3 * k + 1) * block_lanes), rd = L::multiply(r, d), rd2 = L::multiply(rd, d);
        accumulate(2 + 3 * k, w, r);
        accumulate(3 + 3 * k, w, rd);
        accumulate(4 + 3 * k, w, rd2);
        if constexpr (hessian) {
          const Vector rd3 = L::multiply(rd2, d);
          accumulate(2 + 3 * n + 2 * k, w, rd3);
          accumulate(3 + 3 * n + 2 * k, w, L::multiply(rd3, d));
          L::store(u + 3 * k * block_lanes, r);
          L::store(u + (3 * k + 1) * block_lanes, rd);
          L::store(u + (3 * k + 2) * block_lanes, rd2);
        }
      }
    }
    if constexpr (hessian) {
      int o = 2 + 5 * n;
      for (int i = 0; i < 3 * n; ++i) {
        const Vector wu = L::multiply(w, L::load(u + i * block_lanes));
        for (int j = 0; j <= i; ++j, ++o) accumulate(o, wu, L::load(u + j * block_lanes));
      }
    }
  }
  [[gnu::always_inline]] ISONOMY_HD void flush() {}
  [[gnu::always_inline]] ISONOMY_HD void end(double*) const {}

 private:
  [[gnu::always_inline]] ISONOMY_HD void accumulate(int output, const Vector& x, const Vector& y) const {
    L::store(sums_ + output * block_lanes, L::fma(x, y, L::load(sums_ + output * block_lanes)));
  }

  const Weighted<NormalComponents>& term_;
  double *sums_ = nullptr, *scratch_ = nullptr;
};

template <class L, MixtureOrder order>
[[gnu::always_inline]] ISONOMY_HD inline WeightedComponentsLanes<L, order>
lanes_of(const Weighted<NormalComponents>& term) {
  return WeightedComponentsLanes<L, order>(term);
}
