// Bad input of dense linear algebra: which error, and its words.
#include <cmath>
#include <limits>
#include <vector>

#include "isonomy/compiled/linalg.hpp"
#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/inputs.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::Inputs;
using test::message;

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

TEST_CASE("cholesky names shapes, strides and the pivot that fails", "[operations]") {
  Inputs in;
  const std::vector<double> before = in.x;
  CHECK(message<ShapeError>([&] { cholesky(in.ctx, column_major(in.x.data(), 2, 3)); }) ==
        "cholesky: A is 2x3; it must be square");
  CHECK(message<ShapeError>([&] { cholesky(in.ctx, MatrixView<double>(in.x.data(), 2, 2, 2, 4)); }) ==
        "cholesky: A has strides 2, 4; one of them must be 1, copy it to a Matrix first");
  CHECK(message<ShapeError>([&] { cholesky(in.ctx, MatrixView<double>(nullptr, 2, 2, 1, 2)); }) ==
        "cholesky: A has elements but no data pointer");
  CHECK(message<ShapeError>([&] { cholesky(in.ctx, MatrixView<double>(in.x.data(), 3, 3, 1, 1)); }) ==
        "cholesky: A is an output whose strides 1, 1 make elements share memory");
  CHECK(in.x == before);
  std::vector<double> a{4, 2, 9, 3};  // [4 2; 2 3] has the factor [2 0; 1 sqrt(2)], [4 6; 6 3] has none
  cholesky(in.ctx, column_major(a.data(), 2, 2));
  CHECK(a == std::vector<double>{2, 1, 9, std::sqrt(2.0)});
  const std::vector<double> failing{4, 6, 9, 3};
  a = failing;
  CHECK(message<NotPositiveDefinite>([&] { cholesky(in.ctx, column_major(a.data(), 2, 2)); }) ==
        "cholesky: pivot 2 is -6; those of a positive definite matrix are positive; is A a covariance of fewer "
        "observations than variables? Add a multiple of the identity, or shrink it");
  CHECK(a == failing);
}

TEST_CASE("solve_triangular names shapes, overlap and a zero on the diagonal", "[operations]") {
  Inputs in;
  const std::vector<double> before = in.x;
  const auto l = column_major(in.x.data(), 2, 2), b = column_major(in.x.data() + 10, 2, 3);
  CHECK(message<ShapeError>([&] { solve_triangular(in.ctx, column_major(in.x.data(), 2, 3), b); }) ==
        "solve_triangular: L is 2x3; it must be square");
  CHECK(message<ShapeError>([&] { solve_triangular(in.ctx, l, column_major(in.x.data() + 10, 3, 2)); }) ==
        "solve_triangular: L is 2x2 and B is 3x2; B must have a row for each of L");
  CHECK(message<AliasError>([&] { solve_triangular(in.ctx, l, column_major(in.x.data() + 3, 2, 3)); }) ==
        "solve_triangular: B overlaps L; pass separate memory for the output");
  CHECK(message<ShapeError>([&] { solve_triangular(in.ctx, l, MatrixView<double>(in.x.data() + 10, 2, 3, 0, 1)); }) ==
        "solve_triangular: B is an output whose strides 0, 1 make elements share memory");
  CHECK(in.x == before);
  const std::vector<double> singular{2, 1, 1, 0, 0, 3, 0, 0, 0};
  std::vector<double> x{2, 5, 6};
  CHECK(message<SingularMatrix>(
            [&] { solve_triangular(in.ctx, column_major(singular.data(), 3, 3), column_major(x.data(), 3, 1)); }) ==
        "solve_triangular: element 2 of the diagonal of L is 0, counted from 1; it must not be; leave its unknown "
        "out, or add to the diagonal");
  CHECK(x == std::vector<double>{2, 5, 6});
  const std::vector<double> lower{2, 1, 1, 9, 4, 3, 9, 9, 8};  // 2x = 2, x + 4y = 5, x + 3y + 8z = 20
  x = {2, 5, 20};
  solve_triangular(in.ctx, column_major(lower.data(), 3, 3), column_major(x.data(), 3, 1));
  CHECK(x == std::vector<double>{1, 1, 2});
  x = {5, 10, 16};  // of the transpose: 2x + y + z = 5, 4y + 3z = 10, 8z = 16
  solve_triangular(in.ctx, transposed(column_major(lower.data(), 3, 3)), column_major(x.data(), 3, 1), Triangle::upper);
  CHECK(x == std::vector<double>{1, 1, 2});
  x = {5, 10, 16};  // X*L = B
  solve_triangular(in.ctx, transposed(column_major(lower.data(), 3, 3)), transposed(column_major(x.data(), 1, 3)),
                   Triangle::upper);
  CHECK(x == std::vector<double>{1, 1, 2});
}

TEST_CASE("solve_triangular_batched names shapes", "[operations]") {
  Inputs in;
  const auto info = view(in.n).subview(0, 2);
  const BatchView<const double> l(in.x.data(), 2, 2, 2, 4, 1, 2);
  const BatchView<double> b(in.x.data() + 10, 2, 2, 3, 6, 1, 2);
  CHECK(message<ShapeError>([&] {
          solve_triangular_batched(in.ctx, BatchView<const double>(in.x.data(), 2, 2, 3, 6, 1, 2), b, info);
        }) == "solve_triangular_batched: L holds matrices of 2x3; they must be square");
  CHECK(message<ShapeError>([&] {
          solve_triangular_batched(in.ctx, l, BatchView<double>(in.x.data() + 10, 2, 3, 1, 3, 1, 3), info);
        }) == "solve_triangular_batched: L holds matrices of 2x2 and B of 3x1; B must have a row for each of L");
  CHECK(message<ShapeError>([&] { solve_triangular_batched(in.ctx, l, b, view(in.n).subview(0, 1)); }) ==
        "solve_triangular_batched: L has 2 matrices, B has 2 and info has 1 elements; give one of each per slot");
  CHECK_THROWS_AS(solve_triangular_batched(in.ctx, l, BatchView<double>(in.x.data() + 4, 2, 2, 1, 2, 1, 2), info),
                  AliasError);
}

TEST_CASE("log_diagonal_sum_batched names shapes and the element without a logarithm", "[operations]") {
  Inputs in;
  std::vector<double> sums(2, -1);
  std::vector<index_t> infos{0, 0};
  std::vector<double> l{2, 9, 9, 0.5, 4, 9, 9, 0};
  const BatchView<const double> batch(l.data(), 2, 2, 2, 4, 1, 2);
  CHECK(message<ShapeError>([&] {
          log_diagonal_sum_batched(in.ctx, BatchView<const double>(l.data(), 1, 2, 3, 6, 1, 2), view(infos),
                                   view(sums));
        }) == "log_diagonal_sum_batched: L holds matrices of 2x3; they must be square");
  CHECK(message<ShapeError>([&] { log_diagonal_sum_batched(in.ctx, batch, view(infos), view(sums).subview(0, 1)); }) ==
        "log_diagonal_sum_batched: L has 2 matrices, info has 2 and out 1 elements; give one of each per matrix");
  CHECK(message<ValueError>([&] { log_diagonal_sum_batched(in.ctx, batch, view(infos), view(sums)); }) ==
        "log_diagonal_sum_batched: element 1 of the diagonal of L in slot 1 is not positive and info(1) is 0; it must "
        "be positive; give the info of the factorisation");
  CHECK_THROWS_AS(log_diagonal_sum_batched(in.ctx, batch, view(infos), view(l).subview(0, 2)), AliasError);
  CHECK(sums == std::vector<double>(2, -1));
  infos[1] = 2;
  log_diagonal_sum_batched(in.ctx, batch, view(infos), view(sums));
  CHECK(sums[0] == 0);  // log 2 + log 1/2
  CHECK(std::isnan(sums[1]));
}

TEST_CASE("gemm_batched names numbers of matrices and shapes", "[operations]") {
  Inputs in;
  const auto batch = [](std::vector<double>& v, index_t count, index_t m, index_t n) {
    return BatchView<double>(v.data(), count, m, n, m * n, 1, m);
  };
  CHECK(message<ShapeError>([&] {
          gemm_batched(in.ctx, 1.0, batch(in.x, 2, 3, 2), batch(in.y, 3, 2, 3), 0.0, batch(in.z, 2, 3, 3));
        }) == "gemm_batched: A has 2 matrices, B 3 and out 2; they must be equal");
  CHECK(message<ShapeError>([&] {
          gemm_batched(in.ctx, 1.0, batch(in.x, 2, 3, 2), batch(in.y, 2, 3, 2), 0.0, batch(in.z, 2, 3, 2));
        }) == "gemm_batched: A is 3x2 and B is 3x2; A.columns must equal B.rows; did you mean transposed(A)?");
  CHECK(message<ShapeError>([&] {
          gemm_batched(in.ctx, 1.0, batch(in.x, 2, 3, 2), batch(in.y, 2, 2, 3), 0.0, batch(in.z, 2, 3, 2));
        }) == "gemm_batched: out is 3x2; A*B is 3x3, give an output of that shape");
  CHECK(message<AliasError>([&] {
          gemm_batched(in.ctx, 1.0, batch(in.x, 2, 3, 2), batch(in.y, 2, 2, 2), 0.0, batch(in.y, 2, 3, 2));
        }) == "gemm_batched: out overlaps B; pass separate memory for the output");
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

TEST_CASE("eigh_subset names shapes, overlaps, ends of the spectrum and the room it wants, and changes nothing then",
          "[operations]") {
  Inputs in;
  in.x = {-1, 0, 0, 0, 1, 0, 0, 0, 2}, in.y.assign(100, -3), in.z.assign(100, -3);
  const auto a = column_major(in.x.data(), 3, 3), v = column_major(in.z.data(), 3, 2);
  const auto w = view(in.y).subview(0, 2);
  const Spectrum negative = Spectrum::negative();
  CHECK(message<ShapeError>([&] { eigh_subset(in.ctx, a.row_block(0, 2), negative, w, v); }) ==
        "eigh_subset: A is 2x3; it must be square");
  CHECK(message<ShapeError>([&] { eigh_subset(in.ctx, a, negative, w, v.row_block(0, 2)); }) ==
        "eigh_subset: V has 2 rows and A has 3; give an output of as many rows");
  CHECK(message<AliasError>([&] { eigh_subset(in.ctx, a, negative, w, a); }) ==
        "eigh_subset: V overlaps A; pass separate memory for the output");
  CHECK_THROWS_AS(eigh_subset(in.ctx, a, negative, view(in.x).subview(7, 2), v), AliasError);
  CHECK_THROWS_AS(eigh_subset(in.ctx, a, negative, view(in.z).subview(5, 3), v), AliasError);
  CHECK(message<ValueError>([&] { eigh_subset(in.ctx, a, Spectrum::between(2, 1), w, v); }) ==
        "eigh_subset: the spectrum is from 2 to below 1; its ends must be numbers that do not descend");
  CHECK_THROWS_AS(eigh_subset(in.ctx, a, Spectrum::under(std::numeric_limits<double>::quiet_NaN()), w, v), ValueError);
  CHECK(message<ValueError>([&] { eigh_subset(in.ctx, a, Spectrum::whole(), w, v); }) ==
        "eigh_subset: 3 eigenvalues were chosen, w has 2 elements and V 2 columns; give room for 3; that for 3 "
        "always does");
  CHECK_THROWS_AS(eigh_subset(in.ctx, a, Spectrum::at_least(0), w, v.column_block(0, 1)), ValueError);
  in.x[5] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(eigh_subset(in.ctx, a, negative, w, v), ValueError);
  CHECK(in.y == std::vector<double>(100, -3));
  CHECK(in.z == std::vector<double>(100, -3));
  in.x[5] = 0;
  CHECK(eigh_subset(in.ctx, a, Spectrum::smaller_sign_class(), w, v) == EigenRange{0, 1});
  CHECK(in.y[0] == -1);
  CHECK(eigh_subset(in.ctx, a, Spectrum::between(1, 2), w, v) == EigenRange{1, 1});
  CHECK(eigh_subset(in.ctx, a, Spectrum::at_least(2.5), w.subview(0, 0), v.column_block(0, 0)) == EigenRange{3, 0});
}

TEST_CASE("eigh_batched names shapes and overlaps, and says which matrices it cannot solve", "[operations]") {
  Inputs in;
  in.x.assign(18, 1), in.y.assign(100, -3), in.z.assign(100, -3), in.n.assign(100, -3);
  const auto of = [](std::vector<double>& x, index_t columns) {
    return BatchView<double>(x.data(), 2, 3, columns, 3 * columns, 1, 3);
  };
  const auto w = row_major(in.y.data(), 2, 3);
  const auto a = of(in.x, 3), v = of(in.z, 3);
  const auto info = view(in.n).subview(0, 2);
  CHECK(message<ShapeError>([&] { eigh_batched(in.ctx, of(in.x, 2), w, v, info); }) ==
        "eigh_batched: A holds matrices of 3x2; they must be square");
  CHECK(message<ShapeError>([&] { eigh_batched(in.ctx, a, transposed(w), v, info); }) ==
        "eigh_batched: A has 2 matrices of 3 rows and w is 3x2; give a row per matrix and a column per eigenvalue");
  CHECK(message<ShapeError>([&] { eigh_batched(in.ctx, a, w, of(in.z, 2), info); }) ==
        "eigh_batched: V has 2 matrices of 3x2 and A 2 of 3x3; give an output of the shape of A");
  CHECK(message<ShapeError>([&] { eigh_batched(in.ctx, a, w, v, view(in.n).subview(0, 1)); }) ==
        "eigh_batched: A has 2 matrices and info has 1 elements; give one per matrix");
  CHECK(message<AliasError>([&] { eigh_batched(in.ctx, a, w, a, info); }) ==
        "eigh_batched: V overlaps A; pass separate memory for the output");
  CHECK_THROWS_AS(eigh_batched(in.ctx, a, row_major(in.z.data() + 12, 2, 3), v, info), AliasError);
  CHECK(in.z == std::vector<double>(100, -3));
  in.x[10] = std::numeric_limits<double>::infinity();
  eigh_batched(in.ctx, a, w, v, info);
  CHECK((in.n[0] == 0 && in.n[1] == -1 && in.n[2] == -3));
  CHECK((in.y[2] > 2.9 && in.y[3] != in.y[3] && in.y[6] == -3));
  CHECK((in.z[9] != in.z[9] && in.z[17] != in.z[17] && in.z[18] == -3));
}

TEST_CASE("qr names shapes, overlaps and what is not finite, and changes nothing then", "[operations]") {
  Inputs in;
  in.y.assign(100, -3), in.z.assign(100, -3);
  const auto a = column_major(in.x.data(), 4, 3), q = column_major(in.y.data(), 4, 3);
  const auto r = column_major(in.z.data(), 3, 3);
  CHECK(message<ShapeError>([&] { qr(in.ctx, a, q.column_block(0, 2), r); }) == "qr: Q is 4x2 and A is 4x3; give 4x3");
  CHECK(message<ShapeError>([&] { qr(in.ctx, a, q, column_major(in.z.data(), 4, 3)); }) ==
        "qr: R is 4x3 and A is 4x3; give 3x3");
  CHECK(message<ShapeError>([&] { qr(in.ctx, transposed(a), q, r); }) == "qr: Q is 4x3 and A is 3x4; give 3x3");
  CHECK(message<AliasError>([&] { qr(in.ctx, a, a, r); }) == "qr: Q overlaps A; pass separate memory for the output");
  CHECK(message<AliasError>([&] { qr(in.ctx, a, q, column_major(in.x.data() + 11, 3, 3)); }) ==
        "qr: R overlaps A; pass separate memory for the output");
  CHECK(message<AliasError>([&] { qr(in.ctx, a, q, column_major(in.y.data() + 11, 3, 3)); }) ==
        "qr: R overlaps Q; pass separate memory for the output");
  CHECK_THROWS_AS(qr(in.ctx, a, q, MatrixView<double>(in.z.data(), 3, 3, 1, 1)), ShapeError);
  in.x[6] = std::numeric_limits<double>::quiet_NaN(), in.x[8] = std::numeric_limits<double>::infinity();
  CHECK(message<ValueError>([&] { qr(in.ctx, a, q, r); }) == "qr: A(2, 1) is not finite; give numbers");
  CHECK(in.y == std::vector<double>(100, -3));
  CHECK(in.z == std::vector<double>(100, -3));
}

TEST_CASE("svd names shapes, overlaps and what is not finite, and changes nothing then", "[operations]") {
  Inputs in;
  in.y.assign(100, -3), in.z.assign(100, -3);
  const auto a = column_major(in.x.data(), 4, 3), u = column_major(in.y.data(), 4, 3);
  const auto v = column_major(in.z.data(), 3, 3);
  const auto s = view(in.z).subview(9, 3);
  CHECK(message<ShapeError>([&] { svd(in.ctx, a, u.column_block(0, 2), s, v); }) ==
        "svd: U is 4x2 and A is 4x3; give 4x3");
  CHECK(message<ShapeError>([&] { svd(in.ctx, a, u, s.subview(0, 2), v); }) ==
        "svd: s has 2 elements and A is 4x3; give 3");
  CHECK(message<ShapeError>([&] { svd(in.ctx, transposed(a), v, s, v); }) == "svd: V is 3x3 and A is 3x4; give 4x3");
  CHECK(message<AliasError>([&] { svd(in.ctx, a, a, s, v); }) ==
        "svd: U overlaps A; pass separate memory for the output");
  CHECK(message<AliasError>([&] { svd(in.ctx, a, u, view(in.x).subview(11, 3), v); }) ==
        "svd: s overlaps A; pass separate memory for the output");
  CHECK(message<AliasError>([&] { svd(in.ctx, a, u, view(in.z).subview(8, 3), v); }) ==
        "svd: V overlaps s; pass separate memory for the output");
  CHECK(message<AliasError>([&] { svd(in.ctx, a, u, s, column_major(in.y.data() + 11, 3, 3)); }) ==
        "svd: V overlaps U; pass separate memory for the output");
  CHECK_THROWS_AS(svd(in.ctx, a, u, s, MatrixView<double>(in.z.data(), 3, 3, 1, 1)), ShapeError);
  in.x[6] = std::numeric_limits<double>::quiet_NaN(), in.x[8] = std::numeric_limits<double>::infinity();
  CHECK(message<ValueError>([&] { svd(in.ctx, a, u, s, v); }) == "svd: A(2, 1) is not finite; give numbers");
  CHECK(message<ValueError>([&] { svd(in.ctx, transposed(a), v, s, u); }) ==
        "svd: A(2, 0) is not finite; give numbers");
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
