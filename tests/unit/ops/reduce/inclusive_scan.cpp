// inclusive_scan: results known by hand, and the tree of transform_reduce, on the host and the reference.
#include <cstdint>
#include <vector>

#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/reduce/inclusive_scan.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"

using namespace isonomy;

TEMPLATE_TEST_CASE("sums and maxima up to each element", "[inclusive_scan]", Cpu, Reference) {
  Context<TestType> ctx;
  std::vector<std::int64_t> x{3, -1, 4, 1, -5}, out(5);
  inclusive_scan(ctx, view(x), view(out), Plus{});
  CHECK(out == std::vector<std::int64_t>{3, 2, 6, 7, 2});
  inclusive_scan(ctx, view(x), view(out), Maximum{});
  CHECK(out == std::vector<std::int64_t>{3, 3, 4, 4, 4});
  inclusive_scan(ctx, view(x), view(x), Plus{});
  CHECK(x == std::vector<std::int64_t>{3, 2, 6, 7, 2});
}

TEMPLATE_TEST_CASE("a scan has the bits of transform_reduce onto the total of the first chunk", "[inclusive_scan]", Cpu,
                   Reference) {
  Context<TestType> ctx;
  std::vector<double> x(3 * reduction_chunk + 5), out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1 / static_cast<double>(3 * i + 1);
  inclusive_scan(ctx, view(x), view(out), Plus{});
  double first = x[0];
  for (std::size_t i = 1; i < reduction_chunk; ++i) first += x[i];
  CHECK(out[reduction_chunk - 1] == first);
  for (const index_t n : {reduction_chunk + 1, 2 * reduction_chunk, 3 * reduction_chunk + 5})
    CHECK(out[static_cast<std::size_t>(n - 1)] ==
          transform_reduce(ctx, view(x).subview(reduction_chunk, n - reduction_chunk), first, Plus{}, Identity{}));
}
