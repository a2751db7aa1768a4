// Loops over columns of a symmetric eigenproblem; read inside a namespace that has Lanes and Twice.

/// Eight neighbouring doubles in as many registers as they take: sums have eight partial sums on every instruction set.
template <class L, int width = L::width>
struct Eight : Eight<Twice<L>> {};
template <class L>
struct Eight<L, 8> : L {};

/// The sum of eight, in pairs.
template <class E>
[[gnu::always_inline]] inline double sum_of(typename E::Vector v) {
  alignas(64) double x[8];
  E::store(x, v);
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

struct EigenLoops {
  using E = Eight<Lanes>;
  using Vector = typename E::Vector;

  /// y = S*v for the n x n lower trapezoid S of `columns` columns whose first element is *a, its mirror image included:
  /// y_i = sum of s_ij v_j over j <= i, and of s_ri v_r over r > i where i < columns.
  static void symmetric_strip(const double* a, index_t apart, index_t n, index_t columns, const double* v, double* y) {
    for (index_t i = 0; i < n; ++i) y[i] = 0;
    index_t j = 0;
    for (; j + 4 <= columns; j += 4) four_columns(a + j * apart, apart, j, n, v, y);
    for (; j < columns; ++j) one_column(a + j * apart, j, n, v, y);
  }

  /// y_i = fma(p_ic, factor_c, y_i) for ascending c < columns.
  static void add_columns(const double* p, index_t apart, index_t n, index_t columns, const double* factor, double* y) {
    index_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const double *const p0 = p + c * apart, *const p1 = p0 + apart, *const p2 = p1 + apart, *const p3 = p2 + apart;
      const double f0 = factor[c], f1 = factor[c + 1], f2 = factor[c + 2], f3 = factor[c + 3];
      const Vector a0 = E::all(f0), a1 = E::all(f1), a2 = E::all(f2), a3 = E::all(f3);
      index_t i = 0;
      for (; i + 8 <= n; i += 8) {
        Vector s = E::fma(E::load(p0 + i), a0, E::load(y + i));
        s = E::fma(E::load(p1 + i), a1, s);
        s = E::fma(E::load(p2 + i), a2, s);
        E::store(y + i, E::fma(E::load(p3 + i), a3, s));
      }
      for (; i < n; ++i)
        y[i] = std::fma(p3[i], f3, std::fma(p2[i], f2, std::fma(p1[i], f1, std::fma(p0[i], f0, y[i]))));
    }
    for (; c < columns; ++c) {
      const double* const p0 = p + c * apart;
      const Vector a0 = E::all(factor[c]);
      index_t i = 0;
      for (; i + 8 <= n; i += 8) E::store(y + i, E::fma(E::load(p0 + i), a0, E::load(y + i)));
      for (; i < n; ++i) y[i] = std::fma(p0[i], factor[c], y[i]);
    }
  }

  /// out_c = sum_i p_ic v_i for c < columns.
  static void column_products(const double* p, index_t apart, index_t n, index_t columns, const double* v,
                              double* out) {
    index_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const double *const p0 = p + c * apart, *const p1 = p0 + apart, *const p2 = p1 + apart, *const p3 = p2 + apart;
      Vector s0 = E::all(0), s1 = s0, s2 = s0, s3 = s0;
      index_t i = 0;
      for (; i + 8 <= n; i += 8) {
        const Vector x = E::load(v + i);
        s0 = E::fma(E::load(p0 + i), x, s0);
        s1 = E::fma(E::load(p1 + i), x, s1);
        s2 = E::fma(E::load(p2 + i), x, s2);
        s3 = E::fma(E::load(p3 + i), x, s3);
      }
      out[c] = with_rest(s0, p0, v, i, n), out[c + 1] = with_rest(s1, p1, v, i, n);
      out[c + 2] = with_rest(s2, p2, v, i, n), out[c + 3] = with_rest(s3, p3, v, i, n);
    }
    for (; c < columns; ++c) {
      const double* const p0 = p + c * apart;
      Vector s0 = E::all(0);
      index_t i = 0;
      for (; i + 8 <= n; i += 8) s0 = E::fma(E::load(p0 + i), E::load(v + i), s0);
      out[c] = with_rest(s0, p0, v, i, n);
    }
  }

  /// (x, y) becomes (c x + s y, c y - s x).
  static void rotate(index_t n, double* x, double* y, double c, double s) {
    const Vector cs = E::all(c), ss = E::all(s), minus = E::all(-s);
    index_t i = 0;
    for (; i + 8 <= n; i += 8) {
      const Vector u = E::load(x + i), w = E::load(y + i);
      E::store(x + i, E::fma(cs, u, E::multiply(ss, w)));
      E::store(y + i, E::fma(cs, w, E::multiply(minus, u)));
    }
    for (; i < n; ++i) {
      const double u = x[i], w = y[i];
      x[i] = std::fma(c, u, rounded_product(s, w));
      y[i] = std::fma(c, w, rounded_product(-s, u));
    }
  }

  /// Adds z_i^2 / (pole_i - at) to value[0] and its derivative to value[1], at = origin + offset; z2 holds squares.
  static void secular_sums(index_t n, const double* pole, const double* z2, double origin, double offset,
                           double* value) {
    const Vector o = E::all(origin), t = E::all(offset), one = E::all(1);
    Vector s = E::all(0), slope = s;
    index_t i = 0;
    for (; i + 8 <= n; i += 8) {
      const Vector r = E::divide(one, E::subtract(E::subtract(E::load(pole + i), o), t));
      const Vector term = E::multiply(E::load(z2 + i), r);
      s = E::add(s, term);
      slope = E::fma(term, r, slope);
    }
    double rest = 0, rest_slope = 0;
    for (; i < n; ++i) {
      const double r = 1 / ((pole[i] - origin) - offset), term = rounded_product(z2[i], r);
      rest += term;
      rest_slope = std::fma(term, r, rest_slope);
    }
    value[0] = sum_of<E>(s) + rest;
    value[1] = sum_of<E>(slope) + rest_slope;
  }

  /// out_i = pole_i - (origin + offset), without the rounding of that sum.
  static void differences(index_t n, const double* pole, double origin, double offset, double* out) {
    const Vector o = E::all(origin), t = E::all(offset);
    index_t i = 0;
    for (; i + 8 <= n; i += 8) E::store(out + i, E::subtract(E::subtract(E::load(pole + i), o), t));
    for (; i < n; ++i) out[i] = (pole[i] - origin) - offset;
  }

  /// w_i *= difference_i / (pole_i - from).
  static void multiply_ratios(index_t n, const double* difference, const double* pole, double from, double* w) {
    const Vector o = E::all(from);
    index_t i = 0;
    for (; i + 8 <= n; i += 8)
      E::store(w + i,
               E::multiply(E::load(w + i), E::divide(E::load(difference + i), E::subtract(E::load(pole + i), o))));
    for (; i < n; ++i) w[i] = rounded_product(w[i], difference[i] / (pole[i] - from));
  }

  /// x_i = z_i / x_i; the sum of squares of the results.
  [[nodiscard]] static double quotients(index_t n, const double* z, double* x) {
    Vector s = E::all(0);
    index_t i = 0;
    for (; i + 8 <= n; i += 8) {
      const Vector q = E::divide(E::load(z + i), E::load(x + i));
      E::store(x + i, q);
      s = E::fma(q, q, s);
    }
    double rest = 0;
    for (; i < n; ++i) {
      x[i] = z[i] / x[i];
      rest = std::fma(x[i], x[i], rest);
    }
    return sum_of<E>(s) + rest;
  }

 private:
  /// The sum of eight partial sums over rows before i, and of the rows from i on.
  [[gnu::always_inline]] static double with_rest(Vector s, const double* p, const double* v, index_t i, index_t n) {
    double rest = 0;
    for (; i < n; ++i) rest = std::fma(p[i], v[i], rest);
    return sum_of<E>(s) + rest;
  }

  static void one_column(const double* a, index_t j, index_t n, const double* v, double* y) {
    const double x = v[j];
    const Vector vx = E::all(x);
    Vector s = E::all(0);
    index_t i = j + 1;
    for (; i + 8 <= n; i += 8) {
      const Vector e = E::load(a + i);
      E::store(y + i, E::fma(e, vx, E::load(y + i)));
      s = E::fma(e, E::load(v + i), s);
    }
    double rest = rounded_product(a[j], x);
    for (; i < n; ++i) {
      y[i] = std::fma(a[i], x, y[i]);
      rest = std::fma(a[i], v[i], rest);
    }
    y[j] += sum_of<E>(s) + rest;
  }

  /// Columns j .. j + 3: each element is read once, for its own row and for its mirror image.
  static void four_columns(const double* a0, index_t apart, index_t j, index_t n, const double* v, double* y) {
    const double *const a1 = a0 + apart, *const a2 = a1 + apart, *const a3 = a2 + apart;
    const double x0 = v[j], x1 = v[j + 1], x2 = v[j + 2], x3 = v[j + 3];
    const Vector v0 = E::all(x0), v1 = E::all(x1), v2 = E::all(x2), v3 = E::all(x3);
    Vector s0 = E::all(0), s1 = s0, s2 = s0, s3 = s0;
    index_t i = j + 4;
    for (; i + 8 <= n; i += 8) {
      const Vector x = E::load(v + i);
      Vector u = E::load(y + i);
      Vector e = E::load(a0 + i);
      u = E::fma(e, v0, u);
      s0 = E::fma(e, x, s0);
      e = E::load(a1 + i);
      u = E::fma(e, v1, u);
      s1 = E::fma(e, x, s1);
      e = E::load(a2 + i);
      u = E::fma(e, v2, u);
      s2 = E::fma(e, x, s2);
      e = E::load(a3 + i);
      u = E::fma(e, v3, u);
      s3 = E::fma(e, x, s3);
      E::store(y + i, u);
    }
    double r0 = rounded_product(a0[j], x0), r1 = rounded_product(a1[j + 1], x1), r2 = rounded_product(a2[j + 2], x2),
           r3 = rounded_product(a3[j + 3], x3);
    for (; i < n; ++i) {
      const double x = v[i];
      y[i] = std::fma(a3[i], x3, std::fma(a2[i], x2, std::fma(a1[i], x1, std::fma(a0[i], x0, y[i]))));
      r0 = std::fma(a0[i], x, r0), r1 = std::fma(a1[i], x, r1);
      r2 = std::fma(a2[i], x, r2), r3 = std::fma(a3[i], x, r3);
    }
    // The triangle of the four columns' own rows.
    r0 = std::fma(a0[j + 3], x3, std::fma(a0[j + 2], x2, std::fma(a0[j + 1], x1, r0)));
    r1 = std::fma(a1[j + 3], x3, std::fma(a1[j + 2], x2, std::fma(a0[j + 1], x0, r1)));
    r2 = std::fma(a2[j + 3], x3, std::fma(a1[j + 2], x1, std::fma(a0[j + 2], x0, r2)));
    r3 = std::fma(a2[j + 3], x2, std::fma(a1[j + 3], x1, std::fma(a0[j + 3], x0, r3)));
    y[j] += sum_of<E>(s0) + r0, y[j + 1] += sum_of<E>(s1) + r1;
    y[j + 2] += sum_of<E>(s2) + r2, y[j + 3] += sum_of<E>(s3) + r3;
  }
};
