// Bad input of every operation: which error, and its words.
#include <limits>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/compiled/mixture.hpp"
#include "isonomy/compiled/profiling.hpp"
#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::message;

namespace {
struct Inputs {
  Context<Cpu> ctx;
  std::vector<double> x = std::vector<double>(100), y = std::vector<double>(100), z = std::vector<double>(100);
  std::vector<index_t> n = std::vector<index_t>(100);
};
}  // namespace

TEST_CASE("gemm names shapes and suggests a transposition", "[operations]") {
  Inputs in;
  const auto a = column_major(in.x.data(), 3, 2), b = column_major(in.y.data(), 3, 2),
             out = column_major(in.z.data(), 3, 2);
  CHECK(message<ShapeError>([&] { gemm(in.ctx, 1.0, a, b, 0.0, out); }) ==
        "gemm: A is 3x2 and B is 3x2; A.columns must equal B.rows; did you mean transposed(A)?");
  CHECK(message<ShapeError>([&] { gemm(in.ctx, 1.0, a, column_major(in.y.data(), 5, 2), 0.0, out); }) ==
        "gemm: A is 3x2 and B is 5x2; A.columns must equal B.rows; did you mean transposed(B)?");
  CHECK(message<ShapeError>([&] { gemm(in.ctx, 1.0, a, column_major(in.y.data(), 5, 7), 0.0, out); }) ==
        "gemm: A is 3x2 and B is 5x7; A.columns must equal B.rows");
  CHECK(message<ShapeError>([&] { gemm(in.ctx, 1.0, a, transposed(b), 0.0, out); }) ==
        "gemm: out is 3x2; A*B is 3x3, give an output of that shape");
  CHECK(message<AliasError>([&] { gemm(in.ctx, 1.0, a, transposed(b), 0.0, column_major(in.y.data() + 5, 3, 3)); }) ==
        "gemm: out overlaps B; pass separate memory for the output");
  CHECK_THROWS_AS(gemm(in.ctx, 1.0, a, transposed(b), 0.0, column_major(in.x.data() + 5, 3, 3)), AliasError);
  CHECK_THROWS_AS(gemm(in.ctx, 1.0, a, transposed(b), 0.0, MatrixView<double>(in.z.data(), 3, 3, 1, 1)), ShapeError);
  CHECK_NOTHROW(gemm(in.ctx, 1.0, a, transposed(b), 0.0, column_major(in.z.data(), 3, 3)));
}

TEST_CASE("a failed check leaves the output as it was", "[operations]") {
  Inputs in;
  in.z.assign(100, 5);
  CHECK_THROWS(gemm(in.ctx, 1.0, column_major(in.x.data(), 3, 2), column_major(in.y.data(), 3, 2), 0.0,
                    column_major(in.z.data(), 3, 2)));
  CHECK(in.z == std::vector<double>(100, 5));
}

TEST_CASE("syrk names shapes", "[operations]") {
  Inputs in;
  CHECK(message<ShapeError>([&] {
          syrk(in.ctx, 1.0, column_major(in.x.data(), 5, 3), 0.0, column_major(in.z.data(), 5, 5));
        }) == "syrk: out is 5x5 and A is 5x3; transposed(A)*A is 3x3, give an output of that shape");
  CHECK_THROWS_AS(syrk(in.ctx, 1.0, column_major(in.x.data(), 5, 3), 0.0, column_major(in.x.data(), 3, 3)), AliasError);
}

TEST_CASE("cholesky_batched names shapes and strides", "[operations]") {
  Inputs in;
  const auto info = view(in.n).subview(0, 2);
  CHECK(message<ShapeError>([&] {
          cholesky_batched(in.ctx, BatchView<double>(in.x.data(), 2, 2, 3, 6, 1, 2), info);
        }) == "cholesky_batched: A holds matrices of 2x3; they must be square");
  CHECK(message<ShapeError>([&] {
          cholesky_batched(in.ctx, BatchView<double>(in.x.data(), 3, 2, 2, 4, 1, 2), info);
        }) == "cholesky_batched: A has 3 matrices and info has 2 elements; give one per matrix");
  CHECK(message<ShapeError>([&] {
          cholesky_batched(in.ctx, BatchView<double>(in.x.data(), 2, 2, 2, 40, 2, 4), info);
        }) == "cholesky_batched: A has strides 2, 4; one of them must be 1, copy it to a Matrix first");
  CHECK_THROWS_AS(cholesky_batched(in.ctx, BatchView<double>(in.x.data(), 2, 2, 2, 3, 1, 2), info), ShapeError);
}

TEST_CASE("copy, fill, iota and for_each name sizes", "[operations]") {
  Inputs in;
  CHECK(message<ShapeError>([&] { copy(in.ctx, view(in.x).subview(0, 3), view(in.y).subview(0, 4)); }) ==
        "copy: source has 3 elements and out has 4; they must be equal");
  CHECK(message<ShapeError>([&] { copy(in.ctx, column_major(in.x.data(), 2, 3), column_major(in.y.data(), 3, 2)); }) ==
        "copy: source is 2x3 and out is 3x2; they must be equal");
  CHECK(message<AliasError>([&] { copy(in.ctx, view(in.x).subview(0, 3), view(in.x).subview(2, 3)); }) ==
        "copy: out overlaps source; pass separate memory for the output");
  CHECK(message<ShapeError>([&] { fill(in.ctx, VectorView<double>(in.x.data(), 3, 0), 1.0); }) ==
        "fill: out is an output with stride 0");
  CHECK_THROWS_AS(iota(in.ctx, VectorView<double>(nullptr, 3)), ShapeError);
  CHECK(message<ShapeError>([&] { for_each(in.ctx, -1, [](index_t) {}); }) ==
        "for_each: n is -1; it must be at least 0");
}

TEST_CASE("transform takes its output as an input but no other overlap", "[operations]") {
  Inputs in;
  const auto x = view(in.x);
  CHECK_NOTHROW(transform(in.ctx, Square{}, x, x));
  CHECK(message<AliasError>([&] { transform(in.ctx, Square{}, x.subview(0, 5), x.subview(1, 5)); }) ==
        "transform: out overlaps an input; pass separate memory for the output");
  CHECK(message<ShapeError>([&] { transform(in.ctx, Plus{}, x, view(in.y), view(in.z).subview(0, 3)); }) ==
        "transform: an input has 3 elements and out has 100; they must be equal");
}

TEST_CASE("reductions of nothing are the initial value", "[operations]") {
  Inputs in;
  CHECK(transform_reduce(in.ctx, VectorView<double>(), 7.5, Plus{}, Identity{}) == 7.5);
  CHECK(transform_reduce(in.ctx, MatrixView<double>(), 7.5, Plus{}, Identity{}) == 7.5);
  // The type of the initial value is that of the result.
  in.n = {1, 2, 3};
  CHECK(transform_reduce(in.ctx, view(in.n), 0.5, Plus{}, [](index_t i) { return static_cast<double>(i); }) == 6.5);
}

TEST_CASE("segmented_reduce and rank_average name what is wrong with offsets", "[operations]") {
  Inputs in;
  const std::vector<index_t> offsets{0, 5, 4}, beyond{0, 200}, good{0, 5};
  CHECK(message<ShapeError>([&] {
          segmented_reduce(in.ctx, view(in.x), view(good), view(in.y).subview(0, 2), 0.0, Plus{}, Identity{});
        }) == "segmented_reduce: offsets has 2 elements and out has 2; offsets must have one more");
  CHECK(message<ValueError>([&] {
          segmented_reduce(in.ctx, view(in.x), view(offsets), view(in.y).subview(0, 2), 0.0, Plus{}, Identity{});
        }) == "segmented_reduce: offsets(2) is 4; offsets must not decrease");
  CHECK(message<ValueError>([&] { rank_average(in.ctx, view(in.x), view(beyond), view(in.y)); }) ==
        "rank_average: offsets(1) is 200 and there are 100 elements; the last offset must not exceed them");
  CHECK(message<ShapeError>([&] { rank_average(in.ctx, view(in.x), view(good), view(in.y).subview(0, 3)); }) ==
        "rank_average: x has 100 elements and out has 3; they must be equal");
}

TEST_CASE("sorting and selecting name sizes", "[operations]") {
  Inputs in;
  CHECK(message<ShapeError>([&] { stable_sort_by_key(in.ctx, view(in.x), view(in.n).subview(0, 3)); }) ==
        "stable_sort_by_key: keys has 100 elements and values has 3; they must be equal");
  const std::vector<index_t> offsets{0, 101};
  CHECK_THROWS_AS(stable_sort_by_key(in.ctx, view(in.x), view(in.n), view(offsets)), ValueError);
  CHECK_THROWS_AS(stable_sort_by_key(in.ctx, view(in.x), view(in.x)), AliasError);
  const auto x = column_major(in.x.data(), 2, 3);
  CHECK(message<ValueError>([&] {
          select_k(in.ctx, x, column_major(in.y.data(), 2, 4), column_major(in.n.data(), 2, 4));
        }) == "select_k: k is 4 and a row of x has 3 elements; k must not exceed them");
  CHECK(message<ShapeError>([&] {
          select_k(in.ctx, x, column_major(in.y.data(), 3, 2), column_major(in.n.data(), 3, 2));
        }) == "select_k: x is 2x3 and values is 3x2; they must have as many rows");
  CHECK(message<ShapeError>([&] {
          select_k(in.ctx, x, column_major(in.y.data(), 2, 2), column_major(in.n.data(), 2, 1));
        }) == "select_k: values is 2x2 and indices is 2x1; they must be equal");
}

TEST_CASE("eigh names shapes, overlaps and what is not finite, and changes nothing then", "[operations]") {
  Inputs in;
  in.y.assign(100, -3), in.z.assign(100, -3);
  const auto a = column_major(in.x.data(), 3, 3), v = column_major(in.z.data(), 3, 3);
  const auto w = view(in.y).subview(0, 3);
  CHECK(message<ShapeError>([&] { eigh(in.ctx, a.row_block(0, 2), w, v); }) == "eigh: A is 2x3; it must be square");
  CHECK(message<ShapeError>([&] { eigh(in.ctx, a, view(in.y).subview(0, 4), v); }) ==
        "eigh: A has 3 rows and w has 4 elements; give one per eigenvalue");
  CHECK(message<ShapeError>([&] { eigh(in.ctx, a, w, column_major(in.z.data(), 3, 2)); }) ==
        "eigh: V is 3x2 and A is 3x3; give an output of the shape of A");
  CHECK(message<AliasError>([&] { eigh(in.ctx, a, w, a); }) ==
        "eigh: V overlaps A; pass separate memory for the output");
  CHECK_THROWS_AS(eigh(in.ctx, a, view(in.x).subview(8, 3), v), AliasError);
  CHECK_THROWS_AS(eigh(in.ctx, a, view(in.z).subview(8, 3), v), AliasError);
  CHECK_THROWS_AS(eigh(in.ctx, a, w, MatrixView<double>(in.z.data(), 3, 3, 1, 1)), ShapeError);
  in.x[5] = std::numeric_limits<double>::quiet_NaN(), in.x[8] = std::numeric_limits<double>::infinity();
  CHECK(message<ValueError>([&] { eigh(in.ctx, a, w, v); }) == "eigh: A(2, 1) is not finite; give numbers");
  CHECK(in.y == std::vector<double>(100, -3));
  CHECK(in.z == std::vector<double>(100, -3));
}

TEST_CASE("reflectors name shapes and overlaps", "[operations]") {
  Inputs in;
  const auto a = column_major(in.x.data(), 3, 3), v = column_major(in.z.data(), 3, 3);
  const auto d = view(in.y).subview(0, 3), e = view(in.y).subview(3, 2), taus = view(in.y).subview(5, 2);
  CHECK(message<ShapeError>([&] { tridiagonalise(in.ctx, a.row_block(0, 2), d, e, v, taus); }) ==
        "tridiagonalise: A is 2x3; it must be square");
  CHECK(message<ShapeError>([&] { tridiagonalise(in.ctx, a, d, d, v, taus); }) ==
        "tridiagonalise: e has 3 elements and A has 3 rows; give 2");
  CHECK_THROWS_AS(tridiagonalise(in.ctx, a, d, e, v.row_block(0, 2), taus), ShapeError);
  CHECK(message<AliasError>([&] { tridiagonalise(in.ctx, a, d, e, v, e); }) ==
        "tridiagonalise: taus overlaps e; pass separate memory for the output");
  CHECK_THROWS_AS(tridiagonalise(in.ctx, a, d, e, a, taus), AliasError);
  CHECK_THROWS_AS(tridiagonalise(in.ctx, a, d, view(in.y).subview(2, 2), v, taus), AliasError);
  CHECK(message<ShapeError>([&] { apply_reflectors(in.ctx, v, taus, false, a.row_block(0, 2)); }) ==
        "apply_reflectors: reflectors is 3x3 and C has 2 rows; reflectors must be square of that size");
  CHECK(message<ShapeError>([&] { apply_reflectors(in.ctx, v, d, false, a); }) ==
        "apply_reflectors: taus has 3 elements and the list of reflectors has 2; they must be equal");
  CHECK_THROWS_AS(apply_reflectors(in.ctx, v, taus, false, v), AliasError);
}

TEST_CASE("every operation accepts nothing", "[operations]") {
  Inputs in;
  const VectorView<double> v;
  const MatrixView<double> m;
  const VectorView<index_t> i;
  const std::vector<index_t> zero{0};
  CHECK_NOTHROW(gemm(in.ctx, 1.0, m, m, 0.0, m));
  CHECK_NOTHROW(syrk(in.ctx, 1.0, m, 0.0, m));
  CHECK_NOTHROW(cholesky_batched(in.ctx, BatchView<double>(), i));
  CHECK_NOTHROW(eigh(in.ctx, m, v, m));
  CHECK_NOTHROW(tridiagonalise(in.ctx, m, v, v, m, v));
  CHECK_NOTHROW(apply_reflectors(in.ctx, m, v, false, m));
  CHECK_NOTHROW(copy(in.ctx, v, v));
  CHECK_NOTHROW(copy(in.ctx, m, m));
  CHECK_NOTHROW(fill(in.ctx, v, 1.0));
  CHECK_NOTHROW(iota(in.ctx, v));
  CHECK_NOTHROW(for_each(in.ctx, 0, [](index_t) {}));
  CHECK_NOTHROW(transform(in.ctx, Square{}, v, v));
  CHECK_NOTHROW(segmented_reduce(in.ctx, v, view(zero), v, 0.0, Plus{}, Identity{}));
  CHECK_NOTHROW(stable_sort_by_key(in.ctx, v, i));
  CHECK_NOTHROW(rank_average(in.ctx, v, v));
  CHECK_NOTHROW(select_k(in.ctx, m, m, MatrixView<index_t>()));
  CHECK_NOTHROW(synchronize(in.ctx));
}
