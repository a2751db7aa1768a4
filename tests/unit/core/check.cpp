// The checks of front doors: what they refuse and how they say it.
#include <vector>

#include "isonomy/core/check.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::message;

TEST_CASE("narrow keeps values that fit and refuses others", "[check]") {
  CHECK(narrow<int>(index_t{7}, "gemm: rows") == 7);
  CHECK(narrow<std::uint8_t>(255, "x") == 255);
  CHECK(message<ValueError>([] { static_cast<void>(narrow<int>(index_t{1} << 40, "gemm: rows")); }) ==
        "gemm: rows: 1099511627776 does not fit its type; use less data per call");
  CHECK_THROWS_AS(narrow<std::uint32_t>(-1, "x"), ValueError);
}

TEST_CASE("unusable views are named with their numbers", "[check]") {
  double x[4] = {};
  CHECK(message<ShapeError>([&] { check::usable(VectorView<double>(x, 2, -1), "sort", "keys"); }) ==
        "sort: keys has size 2 and stride -1; both must be at least 0");
  CHECK(message<ShapeError>([&] { check::usable(VectorView<double>(nullptr, 2), "sort", "keys"); }) ==
        "sort: keys has elements but no data pointer");
  CHECK(message<ShapeError>([&] { check::usable(MatrixView<double>(x, 2, -2, 1, 2), "gemm", "A"); }) ==
        "gemm: A is 2x-2 with strides 1, 2; all must be at least 0");
  CHECK_NOTHROW(check::usable(MatrixView<double>(nullptr, 0, 5, 1, 2), "gemm", "A"));
  CHECK_NOTHROW(check::usable(BatchView<double>(nullptr, 0, 5, 5, 0, 1, 5), "cholesky", "A"));
  CHECK_THROWS_AS(check::usable(BatchView<double>(nullptr, 1, 5, 5, 25, 1, 5), "cholesky", "A"), ShapeError);
}

TEST_CASE("overlap is found by address range, for vectors, matrices and batches", "[check]") {
  double x[30] = {};
  const VectorView<double> v(x, 3, 2);  // 0, 2, 4
  CHECK_NOTHROW(check::no_overlap(v, VectorView<double>(x + 5, 3), "copy", "out", "source"));
  CHECK(message<AliasError>([&] { check::no_overlap(v, VectorView<double>(x + 4, 3), "copy", "out", "source"); }) ==
        "copy: out overlaps source; pass separate memory for the output");
  CHECK_THROWS_AS(check::no_overlap(v, VectorView<double>(x + 3, 1), "copy", "out", "source"),
                  AliasError);  // interleaved
  CHECK_NOTHROW(check::no_overlap(v, VectorView<double>(x + 2, 0), "copy", "out", "source"));
  CHECK_THROWS_AS(check::no_overlap(column_major(x, 2, 3), column_major(x + 5, 1, 1), "gemm", "out", "A"), AliasError);
  CHECK_NOTHROW(check::no_overlap(column_major(x, 2, 3), column_major(x + 6, 1, 1), "gemm", "out", "A"));
  const BatchView<double> b(x, 3, 2, 2, 10, 1, 2);
  CHECK_THROWS_AS(check::no_overlap(VectorView<double>(x + 23, 1), b, "cholesky", "info", "A"), AliasError);
  CHECK_NOTHROW(check::no_overlap(VectorView<double>(x + 24, 1), b, "cholesky", "info", "A"));
}

TEST_CASE("outputs whose elements share memory are refused", "[check]") {
  double x[30] = {};
  CHECK(message<ShapeError>([&] { check::distinct(VectorView<double>(x, 2, 0), "fill", "out"); }) ==
        "fill: out is an output with stride 0");
  CHECK_NOTHROW(check::distinct(VectorView<double>(x, 1, 0), "fill", "out"));
  CHECK_NOTHROW(check::distinct(MatrixView<double>(x, 2, 3, 3, 1), "gemm", "out"));
  CHECK_NOTHROW(check::distinct(MatrixView<double>(x, 2, 3, 2, 5), "gemm", "out"));
  CHECK(message<ShapeError>([&] { check::distinct(MatrixView<double>(x, 3, 3, 1, 2), "gemm", "out"); }) ==
        "gemm: out is an output whose strides 1, 2 make elements share memory");
  CHECK(message<ShapeError>([&] { check::distinct(BatchView<double>(x, 2, 2, 2, 3, 1, 2), "cholesky", "A"); }) ==
        "cholesky: A is an output whose batch stride 3 is less than the 4 elements a matrix spans");
}

TEST_CASE("offsets must not decrease and stay inside", "[check]") {
  const auto check_offsets = [](std::vector<index_t> o, index_t n) {
    check::offsets(view(std::as_const(o)), n, "rank_average");
  };
  CHECK_NOTHROW(check_offsets({0, 0, 3}, 3));
  CHECK_NOTHROW(check_offsets({2}, 3));
  CHECK(message<ShapeError>([&] { check_offsets({}, 3); }) ==
        "rank_average: offsets is empty; it has one element more than there are segments");
  CHECK(message<ValueError>([&] {
          check_offsets({-1, 2}, 3);
        }) == "rank_average: offsets(0) is -1; the first must be at least 0");
  CHECK(message<ValueError>([&] {
          check_offsets({0, 2, 1}, 3);
        }) == "rank_average: offsets(2) is 1; offsets must not decrease");
  CHECK(message<ValueError>([&] {
          check_offsets({0, 4}, 3);
        }) == "rank_average: offsets(1) is 4 and there are 3 elements; the last offset must not exceed them");
}
