// reduce_rows and reduce_columns: results known by hand, on the host and the reference.
#include <string>
#include <vector>

#include "isonomy/core/error.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/reduce/reduce_rows.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEMPLATE_TEST_CASE("rows and columns of a matrix are reduced onto init", "[reduce_rows]", Cpu, Reference) {
  Context<TestType> ctx;
  const std::vector<double> a{1, 2, 3, 4, 5, 6};  // rows 1 2 3 and 4 5 6
  const auto matrix = row_major(a.data(), index_t{2}, index_t{3});
  std::vector<double> rows(2), columns(3);
  reduce_rows(ctx, matrix, view(rows), 0.5, Plus{}, Square{});
  reduce_columns(ctx, matrix, view(columns), 0.0, Plus{}, Identity{});
  CHECK(rows == std::vector<double>{14.5, 77.5});
  CHECK(columns == std::vector<double>{5, 7, 9});
  reduce_columns(ctx, matrix, view(columns), 4.5, Maximum{}, Identity{});
  CHECK(columns == std::vector<double>{4.5, 5, 6});
  reduce_rows(ctx, matrix.column_block(0, 0), view(rows), 3.0, Plus{}, Identity{});
  CHECK(rows == std::vector<double>{3, 3});
}

TEMPLATE_TEST_CASE("the tree of a row is cut at 4096 elements", "[reduce_rows]", Cpu, Reference) {
  Context<TestType> ctx;
  // 1 first in the second chunk: 4096 elements of 2^-53 after it are lost one by one, those of the chunk before are
  // not.
  std::vector<double> a(8192, 0x1p-53);
  a[4096] = 1;
  double sum = 0;
  reduce_rows(ctx, row_major(a.data(), index_t{1}, index_t{8192}), VectorView<double>(&sum, 1), 0.0, Plus{},
              Identity{});
  CHECK(sum == 1 + 0x1p-41);
}

TEST_CASE("a reduction without room is told by the name of its front door", "[reduce_rows]") {
  Context<Cpu> ctx;
  const std::vector<double> a(3 * reduction_chunk, 1);
  const auto matrix = row_major(a.data(), index_t{1}, index_t{3 * reduction_chunk});
  double sum = 0;
  const VectorView<double> out(&sum, 1);
  ctx.control().workspace_limit = 1;
  const auto told = [](const auto& run) -> std::string {
    try {
      run();
    } catch (const OutOfMemory& e) {
      return e.what();
    }
    return "nothing";
  };
  CHECK(told([&] { reduce_rows(ctx, matrix, out, 0.0, Plus{}, Identity{}); }).starts_with("reduce_rows: 24 bytes"));
  CHECK(told([&] {
          reduce_columns(ctx, transposed(matrix), out, 0.0, Plus{}, Identity{});
        }).starts_with("reduce_columns: 24 bytes"));
}
