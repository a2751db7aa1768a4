// gather and scatter: results known by hand, on the host and the reference.
#include <vector>

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/gather.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEMPLATE_TEST_CASE("elements, rows and columns are taken by index and put back", "[gather]", Cpu, Reference) {
  Context<TestType> ctx;
  const std::vector<double> x{10, 11, 12, 13};
  const std::vector<index_t> index{3, 0, 3}, places{2, 0, 3};
  std::vector<double> out(3), back(4, -1);
  gather(ctx, view(x), view(index), view(out));
  CHECK(out == std::vector<double>{13, 10, 13});
  scatter(ctx, view(out), view(places), view(back));
  CHECK(back == std::vector<double>{10, -1, 13, 13});

  const std::vector<double> a{1, 2, 3, 4, 5, 6};  // rows 1 2 and 3 4 and 5 6
  const auto matrix = row_major(a.data(), index_t{3}, index_t{2});
  const std::vector<index_t> rows{2, 0}, column{1};
  std::vector<double> taken(4), second(3);
  gather(ctx, matrix, view(rows), row_major(taken.data(), index_t{2}, index_t{2}));
  CHECK(taken == std::vector<double>{5, 6, 1, 2});
  gather(ctx, transposed(matrix), view(column), row_major(second.data(), index_t{1}, index_t{3}));
  CHECK(second == std::vector<double>{2, 4, 6});
  std::vector<double> put(6, 0);
  scatter(ctx, row_major(taken.data(), index_t{2}, index_t{2}), view(rows),
          row_major(put.data(), index_t{3}, index_t{2}), Indices::trusted);
  CHECK(put == std::vector<double>{1, 2, 0, 0, 5, 6});
}
