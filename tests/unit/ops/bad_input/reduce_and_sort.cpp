// Bad input of reductions, scans and sorts: which error, and its words.
#include <vector>

#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/inputs.hpp"
#include "support/message.hpp"

using namespace isonomy;
using test::Inputs;
using test::message;

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

TEST_CASE("reduce_rows and reduce_columns name sizes", "[operations]") {
  Inputs in;
  const auto a = column_major(in.x.data(), 3, 2);
  CHECK(message<ShapeError>([&] { reduce_rows(in.ctx, a, view(in.y).subview(0, 2), 0.0, Plus{}, Identity{}); }) ==
        "reduce_rows: A has 3 rows and out has 2 elements; give one for each row");
  CHECK(message<ShapeError>([&] { reduce_columns(in.ctx, a, view(in.y).subview(0, 3), 0.0, Plus{}, Identity{}); }) ==
        "reduce_columns: A has 2 columns and out has 3 elements; give one for each column");
  CHECK(message<AliasError>([&] { reduce_columns(in.ctx, a, view(in.x).subview(5, 2), 0.0, Plus{}, Identity{}); }) ==
        "reduce_columns: out overlaps A; pass separate memory for the output");
}

TEST_CASE("inclusive_scan names sizes, and runs in place alone", "[operations]") {
  Inputs in;
  CHECK(message<ShapeError>([&] { inclusive_scan(in.ctx, view(in.x), view(in.y).subview(0, 3), Plus{}); }) ==
        "inclusive_scan: x has 100 elements and out has 3; they must be equal");
  CHECK(message<AliasError>([&] {
          inclusive_scan(in.ctx, view(in.x).subview(0, 9), view(in.x).subview(1, 9), Plus{});
        }) == "inclusive_scan: out overlaps x; pass separate memory for the output");
  CHECK_NOTHROW(inclusive_scan(in.ctx, view(in.x), view(in.x), Plus{}));
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
