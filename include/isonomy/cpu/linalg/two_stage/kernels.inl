// Loops over the blocks of a band that reflectors chase; read inside a namespace that has EigenLoops.

/// A block has columns `apart` elements from each other. Rows go in eights: vectors that stand for rows have 0 behind
/// their last, as far as the next multiple of 8, which leaves what is there in the block as it was.
struct ChaseLoops {
  using E = EigenLoops::E;
  using Vector = typename E::Vector;

  /// S = H*S*H for the lower triangle of S, m x m, and H = I - tau v v^T. Of a column next to the diagonal up to three
  /// elements above it change too: nobody reads them. `w` holds m elements and those to the next multiple of 8.
  static void both_sides(double* s, index_t apart, index_t m, const double* v, double tau, double* w) {
    EigenLoops::symmetric_strip(s, apart, m, m, v, w);
    double half = 0;
    EigenLoops::column_products(w, m, m, 1, v, &half);
    half = rounded_product(rounded_product(half, tau), -0.5);
    for (index_t i = 0; i < m; ++i) w[i] = rounded_product(tau, std::fma(half, v[i], w[i]));
    for (index_t i = m; i < (m + 7) / 8 * 8; ++i) w[i] = 0;
    index_t c = 0;
    for (; c + 4 <= m; c += 4) {
      double *const s0 = s + c * apart, *const s1 = s0 + apart, *const s2 = s1 + apart, *const s3 = s2 + apart;
      const Vector v0 = E::all(-v[c]), v1 = E::all(-v[c + 1]), v2 = E::all(-v[c + 2]), v3 = E::all(-v[c + 3]);
      const Vector w0 = E::all(-w[c]), w1 = E::all(-w[c + 1]), w2 = E::all(-w[c + 2]), w3 = E::all(-w[c + 3]);
      index_t i = c;
      if (c % 8 != 0) {
        four_rows_of(s0 + c, v + c, w + c, v[c], w[c]), four_rows_of(s1 + c, v + c, w + c, v[c + 1], w[c + 1]);
        four_rows_of(s2 + c, v + c, w + c, v[c + 2], w[c + 2]), four_rows_of(s3 + c, v + c, w + c, v[c + 3], w[c + 3]);
        i += 4;
      }
      for (; i < m; i += 8) {
        const Vector x = E::load(v + i), y = E::load(w + i);
        E::store(s0 + i, E::fma(x, w0, E::fma(y, v0, E::load(s0 + i))));
        E::store(s1 + i, E::fma(x, w1, E::fma(y, v1, E::load(s1 + i))));
        E::store(s2 + i, E::fma(x, w2, E::fma(y, v2, E::load(s2 + i))));
        E::store(s3 + i, E::fma(x, w3, E::fma(y, v3, E::load(s3 + i))));
      }
    }
    for (; c < m; ++c)
      for (index_t i = c; i < m; ++i) s[c * apart + i] = std::fma(v[i], -w[c], std::fma(w[i], -v[c], s[c * apart + i]));
  }

  /// w = C*v, with 0 behind it, for C of `rows` rows.
  static void times(const double* c, index_t apart, index_t rows, index_t columns, const double* v, double* w) {
    for (index_t i = 0; i < (rows + 7) / 8 * 8; ++i) w[i] = 0;
    EigenLoops::add_columns(c, apart, rows, columns, v, w);
  }

  /// C = G*(C - w f^T) for the `columns` columns of C, G = I - tau v v^T: z = C^T v - f (w^T v), C -= w f^T + tau v
  /// z^T.
  static void from_both(double* c, index_t apart, index_t rows, index_t columns, const double* w, const double* f,
                        const double* v, double tau) {
    const index_t eights = (rows + 7) / 8 * 8;
    double common = 0;
    EigenLoops::column_products(w, eights, eights, 1, v, &common);
    index_t k = 0;
    for (; k + 4 <= columns; k += 4) {
      double *const c0 = c + k * apart, *const c1 = c0 + apart, *const c2 = c1 + apart, *const c3 = c2 + apart;
      Vector s0 = E::all(0), s1 = s0, s2 = s0, s3 = s0;
      for (index_t i = 0; i < eights; i += 8) {
        const Vector x = E::load(v + i);
        s0 = E::fma(E::load(c0 + i), x, s0);
        s1 = E::fma(E::load(c1 + i), x, s1);
        s2 = E::fma(E::load(c2 + i), x, s2);
        s3 = E::fma(E::load(c3 + i), x, s3);
      }
      const Vector f0 = E::all(-f[k]), f1 = E::all(-f[k + 1]), f2 = E::all(-f[k + 2]), f3 = E::all(-f[k + 3]);
      const Vector z0 = factor(s0, f[k], common, tau), z1 = factor(s1, f[k + 1], common, tau),
                   z2 = factor(s2, f[k + 2], common, tau), z3 = factor(s3, f[k + 3], common, tau);
      for (index_t i = 0; i < eights; i += 8) {
        const Vector x = E::load(v + i), y = E::load(w + i);
        E::store(c0 + i, E::fma(x, z0, E::fma(y, f0, E::load(c0 + i))));
        E::store(c1 + i, E::fma(x, z1, E::fma(y, f1, E::load(c1 + i))));
        E::store(c2 + i, E::fma(x, z2, E::fma(y, f2, E::load(c2 + i))));
        E::store(c3 + i, E::fma(x, z3, E::fma(y, f3, E::load(c3 + i))));
      }
    }
    for (; k < columns; ++k) {
      double* const c0 = c + k * apart;
      Vector s0 = E::all(0);
      for (index_t i = 0; i < eights; i += 8) s0 = E::fma(E::load(c0 + i), E::load(v + i), s0);
      const Vector f0 = E::all(-f[k]), z0 = factor(s0, f[k], common, tau);
      for (index_t i = 0; i < eights; i += 8)
        E::store(c0 + i, E::fma(E::load(v + i), z0, E::fma(E::load(w + i), f0, E::load(c0 + i))));
    }
  }

 private:
  /// -tau z for one column.
  [[gnu::always_inline]] static Vector factor(Vector sum, double f, double common, double tau) {
    return E::all(rounded_product(-tau, std::fma(-f, common, sum_of<E>(sum))));
  }
  /// Four rows of a column of both_sides.
  [[gnu::always_inline]] static void four_rows_of(double* s, const double* v, const double* w, double vc, double wc) {
    for (index_t i = 0; i < 4; ++i) s[i] = std::fma(v[i], -wc, std::fma(w[i], -vc, s[i]));
  }
};
