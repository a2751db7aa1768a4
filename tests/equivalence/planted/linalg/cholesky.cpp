// Faults planted into cholesky and cholesky_batched.
#include <cstdint>
#include <limits>

#include "isonomy/conformance/cases/linalg/cholesky.hpp"
#include "isonomy/core/error.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::cholesky_batched> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, BatchView<T> a, VectorView<index_t> info) {
    const index_t n = a.rows;
    const auto each = [&](const auto& f) {
      for (index_t b = 0; b < a.batches; ++b) f(b, a[b]);
    };
    switch (number) {
    case 0:  // a zero pivot counts as positive
      honest(a, info);
      for (index_t b = 0; b < info.size; ++b)
        if (info(b) > 0 && a[b](info(b) - 1, info(b) - 1) == 0) info(b) = 0;
      return;
    case 1:
      honest(a, info);
      for (index_t b = 0; b < info.size; ++b)
        if (info(b) > 0) --info(b);
      return;
    case 2:  // reads the upper triangle where it is a number
      each([](index_t, MatrixView<T> m) {
        for (index_t i = 0; i < m.rows; ++i)
          for (index_t j = 0; j < i; ++j)
            if (m(j, i) == m(j, i)) m(i, j) = (m(i, j) + m(j, i)) / 2;
      });
      return honest(a, info);
    case 3:
      honest(a, info);
      each([](index_t, MatrixView<T> m) {
        for (index_t i = 0; i < m.rows; ++i)
          for (index_t j = i + 1; j < m.rows; ++j) m(i, j) = 0;
      });
      return;
    case 4: {  // ends at the first matrix that fails
      bool failed = false;
      for (index_t b = 0; b < a.batches && !failed; ++b) {
        BatchView<T> one = a;
        one.data += b * a.batch_stride, one.batches = 1;
        honest(one, info.subview(b, 1));
        failed = info(b) != 0;
      }
      return;
    }
    case 5:
      if (a.batches > 1) a.batch_stride = n * (a.row_stride > a.column_stride ? a.row_stride : a.column_stride);
      return honest(a, info);
    case 6:  // NaN counts as positive
      honest(a, info);
      for (index_t b = 0; b < info.size; ++b)
        if (info(b) > 0 && a[b](info(b) - 1, info(b) - 1) != a[b](info(b) - 1, info(b) - 1)) info(b) = 0;
      return;
    case 7:
      honest(a, info);
      each([&](index_t b, MatrixView<T> m) {
        if (info(b) != 0) return;
        for (index_t i = 0; i < n; ++i)
          for (index_t j = 0; j <= i; ++j) m(i, j) = static_cast<T>(static_cast<float>(m(i, j)) * (1 + T(0x1p-20)));
      });
      return;
    case 8:
      if (a.batches > 65535) a.batches = 65535, info.size = 65535;
      return honest(a, info);
    case 9:  // a pivot below the least normal number fails
      honest(a, info);
      each([&](index_t b, MatrixView<T> m) {
        for (index_t i = 0; i < n && info(b) == 0; ++i)
          if (m(i, i) * m(i, i) < std::numeric_limits<T>::min()) info(b) = i + 1;
      });
      return;
    case 10:
      honest(a, info);
      if (n > 1000) a[0](n - 1, 3) *= T(1.01);
      return;
    default:  // info in 8 bits
      honest(a, info);
      for (index_t b = 0; b < info.size; ++b) info(b) = static_cast<std::uint8_t>(info(b) + 200) - 200;
    }
  }
};

template <>
struct Special<op::cholesky> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<T> a) {
    const auto told_as = [&](const auto& pivot) {
      try {
        honest(a);
      } catch (const NotPositiveDefinite& e) {
        detail::not_positive_definite("cholesky", pivot(e.pivot));
      }
    };
    switch (number) {
    case 0:  // says nothing of a pivot
      try {
        honest(a);
      } catch (const NotPositiveDefinite&) {
      }
      return;
    case 1: return told_as([](index_t pivot) { return pivot - 1; });
    case 2:  // reads the upper triangle where it is a number
      for (index_t i = 0; i < a.rows; ++i)
        for (index_t j = 0; j < i; ++j)
          if (a(j, i) == a(j, i)) a(i, j) = (a(i, j) + a(j, i)) / 2;
      return honest(a);
    case 3:
      told_as([](index_t pivot) { return pivot; });
      for (index_t i = 0; i < a.rows; ++i)
        for (index_t j = i + 1; j < a.rows; ++j) a(i, j) = 0;
      return;
    case 4:  // the columns of a panel alone
      honest(a);
      for (index_t i = 96; i < a.rows; ++i) a(i, 95) *= 1 + T(0x1p-18);
      return;
    case 5:  // takes a symmetric matrix for both of its layouts
      if (a.rows > 1) a = {a.data, a.rows, a.columns, 1, a.rows};
      return honest(a);
    default: return told_as([](index_t pivot) { return pivot % 128; });
    }
  }
};

namespace {
Facts cholesky_facts() {
  return {"cholesky",
          {},
          {},
          {},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output, Kind::takes_heap}),
          {},
          {1024},
          {},
          {"says nothing of a pivot that fails", "counts pivots from 0", "reads the upper triangle",
           "clears the upper triangle", "spoils a column of matrices beyond 96 rows",
           "takes every matrix for one in columns", "counts pivots in 7 bits"}};
}
Facts cholesky_batched_facts() {
  return {"cholesky_batched",
          {},
          {},
          {},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {},
          {1024},
          {65535, 1 << 20},
          {"takes a pivot 0 for positive", "counts pivots from 0", "reads the upper triangle",
           "clears the upper triangle", "ends at the first matrix that fails", "ignores the stride of a batch",
           "takes NaN for a positive pivot", "computes in float", "loses matrices beyond 65535",
           "takes pivots below the least normal number for 0", "spoils an element of matrices beyond 1000 rows",
           "counts pivots in 8 bits"}};
}
}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into Cholesky factors", "[planted]") {
  judge_sample<op::cholesky_batched>(cholesky_batched_facts());
}
TEST_CASE("the kit catches every fault planted into Cholesky factors", "[planted][long]") {
  judge_all<op::cholesky_batched>(cholesky_batched_facts());
}
TEST_CASE("the kit catches a sample of the faults planted into a Cholesky factor", "[planted]") {
  judge_sample<op::cholesky>(cholesky_facts());
}
TEST_CASE("the kit catches every fault planted into a Cholesky factor", "[planted][long]") {
  judge_all<op::cholesky>(cholesky_facts());
}

}  // namespace isonomy::test
