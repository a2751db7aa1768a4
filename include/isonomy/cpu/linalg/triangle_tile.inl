// The unknowns of one tile of triangular systems on an instruction set's registers: read once per set, between its
// begin and end.

/// Unknowns on the lanes of a gemm tile: a column of the tile is one unknown of `rows` systems.
template <Real T, class Gemm>
struct TriangleTile {
  using Column = typename Gemm::Column;
  using Lanes = typename Gemm::Lanes;
  using Vector = typename Gemm::Vector;
  static constexpr index_t rows = Gemm::rows, columns = Gemm::columns;

  static void divide(const T* sums, T pivot, T* x) {
    Column s;
    Gemm::load(s, sums, false);
    quotient(s, pivot, x);
    _mm256_zeroupper();
  }
  static void solve(const T* triangle, const T* sums, T* x) {
    Column s[columns];
    load<0>(sums, s);
    unknowns<0>(triangle, s, x);
    _mm256_zeroupper();
  }

 private:
  [[gnu::always_inline]] static Column quotient(const Column& s, T pivot, T* x) {
    const Vector all = Lanes::all(pivot);
    Column c;
    Gemm::load(c, x, false);
    c.x = (c.x - s.x) / all;
    c.y = (c.y - s.y) / all;
    c.z = (c.z - s.z) / all;
    Gemm::store(c, x);
    return c;
  }
  // Recursion, because an array that a loop indexes would leave the registers.
  template <index_t j>
  [[gnu::always_inline]] static void load(const T* sums, Column* s) {
    Gemm::load(s[j], sums + j * rows, false);
    if constexpr (j + 1 < columns) load<j + 1>(sums, s);
  }
  template <index_t j>
  [[gnu::always_inline]] static void unknowns(const T* triangle, Column* s, T* x) {
    const Column c = quotient(s[j], triangle[j * columns + j], x + j * rows);
    if constexpr (j + 1 < columns) {
      take<j, j + 1>(triangle, c, s);
      unknowns<j + 1>(triangle, s, x);
    }
  }
  template <index_t j, index_t later>
  [[gnu::always_inline]] static void take(const T* triangle, const Column& c, Column* s) {
    Gemm::step(s[later], c, triangle[j * columns + later]);
    if constexpr (later + 1 < columns) take<j, later + 1>(triangle, c, s);
  }
};
