// The conformance kit fails deliberately wrong backends: rank_average and select_k.
#include <utility>

#include "isonomy/conformance/cases/sort.hpp"
#include "support/broken_backend.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace {

struct SmallestRank {
  template <class T>
  static void run(cpu::Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets, VectorView<double> out) {
    static_cast<void>(ctx);
    Context<Cpu> other{cpu::ContextOptions{.threads = 1}};
    rank_average(other, x, offsets, out);
    for (index_t s = 0; s + 1 < offsets.size; ++s)
      for (index_t i = offsets(s); i < offsets(s + 1); ++i) {
        double equal = 0;
        for (index_t j = offsets(s); j < offsets(s + 1); ++j) equal += x(j) == x(i);
        out(i) -= (equal - 1) / 2;
      }
  }
};
struct SwapsNeighbours {
  template <class T>
  static void run(cpu::Context& ctx, MatrixView<const T> x, MatrixView<T> values, MatrixView<index_t> indices) {
    ::test::Host::select_k(ctx, x, values, indices);
    for (index_t i = 0; i < values.rows; ++i)
      if (values.columns > 1) {
        std::swap(values(i, 0), values(i, 1));
        std::swap(indices(i, 0), indices(i, 1));
      }
  }
};
struct FlipsTie {
  template <class T>
  static void run(cpu::Context& ctx, MatrixView<const T> x, MatrixView<T> values, MatrixView<index_t> indices) {
    ::test::Host::select_k(ctx, x, values, indices);
    for (index_t i = 0; i < values.rows; ++i)
      for (index_t r = 0; r + 1 < values.columns; ++r)
        if (values(i, r) == values(i, r + 1)) std::swap(indices(i, r), indices(i, r + 1));
  }
};

}  // namespace

TEST_CASE("the kit catches a wrong rank_average", "[conformance]") {
  CHECK(::test::failures_of_honest<op::rank_average>() == 0);
  CHECK(::test::failures<op::rank_average, SmallestRank>() > 0);
}
TEST_CASE("the kit catches a wrong select_k", "[conformance]") {
  CHECK(::test::failures_of_honest<op::select_k>() == 0);
  CHECK(::test::failures<op::select_k, SwapsNeighbours>() > 0);
  CHECK(::test::failures<op::select_k, FlipsTie>() > 0);
}
