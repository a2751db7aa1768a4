// Faults planted into solve_triangular and solve_triangular_batched.
#include "isonomy/conformance/cases/linalg/solve_triangular.hpp"
#include "isonomy/core/error.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::solve_triangular> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> l, MatrixView<T> b,
                  Triangle triangle) {
    const index_t n = b.rows;
    const auto told_as = [&](const auto& pivot) {
      try {
        honest(l, b, triangle);
      } catch (const SingularMatrix& e) {
        if (const index_t told = pivot(e.pivot); told != 0) detail::singular_triangle("solve_triangular", told);
      }
    };
    switch (number) {
    case 0: return told_as([](index_t) { return index_t{0}; });
    case 1: return told_as([](index_t pivot) { return pivot - 1; });
    case 2:
      return told_as([&](index_t pivot) {
        for (index_t i = 0; i < n; ++i)
          if (l(i, i) == 0) pivot = i + 1;
        return pivot;
      });
    case 3:
      return told_as([&](index_t pivot) {
        if (b.columns > 0) b(0, 0) += 1;
        return pivot;
      });
    case 4:  // 0 times what is beyond the diagonal
      honest(l, b, triangle);
      if (n > 1 && b.columns > 0) b(0, 0) += 0 * (triangle == Triangle::lower ? l(0, 1) : l(1, 0));
      return;
    case 5: return honest(l, b, Triangle::lower);
    default:
      honest(l, b, triangle);
      if (n > 96 && b.columns > 40) b(97, 40) *= 1 + T(0x1p-12);
    }
  }
};

template <>
struct Special<op::solve_triangular_batched> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, BatchView<const T> l, BatchView<T> b,
                  VectorView<index_t> info, Triangle triangle) {
    switch (number) {
    case 0:
      honest(l, b, info, triangle);
      for (index_t s = 0; s < info.size; ++s) info(s) = info(s) != 0;
      return;
    case 1:  // writes unknowns of slots that fail
      honest(l, b, info, triangle);
      for (index_t s = 0; s < info.size; ++s)
        if (info(s) != 0 && b.columns > 0) b[s](0, 0) /= 0;
      return;
    case 2:  // ends at the first slot that fails
      for (index_t s = 0; s < info.size; ++s) {
        BatchView<const T> one = l;
        BatchView<T> x = b;
        one.data += s * l.batch_stride, one.batches = 1;
        x.data += s * b.batch_stride, x.batches = 1;
        honest(one, x, info.subview(s, 1), triangle);
        if (info(s) != 0) return;
      }
      return;
    case 3: l.batch_stride = 0; return honest(l, b, info, triangle);
    case 4: return honest(l, b, info, Triangle::lower);
    default:
      honest(l, b, info, triangle);
      for (index_t s = 0; s < info.size; ++s)
        if (info(s) > 0) --info(s);
    }
  }
};

namespace {
Facts solve_triangular_facts() {
  return {"solve_triangular",
          {"L"},
          {},
          {0},
          usual_kinds(
              {Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output, Kind::flushes_results, Kind::takes_heap}),
          {1024},
          {65535, 1 << 20},
          {},
          {"says nothing of a zero on the diagonal", "counts pivots from 0", "names the last zero",
           "writes to B where it throws", "reads beyond the diagonal", "takes every triangle for a lower one",
           "spoils an unknown of systems beyond 96 rows"}};
}
Facts solve_triangular_batched_facts() {
  return {"solve_triangular_batched",
          {"L"},
          {},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output, Kind::flushes_results}),
          {},
          {65535},
          {65535, 1 << 20},
          {"info is 1 for every zero", "writes to slots with a zero", "ends at the first slot with a zero",
           "ignores the stride of L's batch", "takes every triangle for a lower one", "counts pivots from 0"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into triangular systems", "[planted]") {
  judge_sample<op::solve_triangular>(solve_triangular_facts());
  judge_sample<op::solve_triangular_batched>(solve_triangular_batched_facts());
}
TEST_CASE("the kit catches every fault planted into triangular systems", "[planted][long]") {
  judge_all<op::solve_triangular>(solve_triangular_facts());
  judge_all<op::solve_triangular_batched>(solve_triangular_batched_facts());
}

}  // namespace isonomy::test
