// Checked: what is compared with a reference, within which bounds, and what is told where they differ.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/ops/linalg/cholesky.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/segmented_reduce.hpp"
#include "isonomy/ops/reduce/transform.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "isonomy/ops/sort/stable_sort_by_key.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/device_backend.hpp"
#include "support/partial_backend.hpp"

using namespace isonomy;
using isonomy::test::Device;
using isonomy::test::Sevens;

namespace isonomy::test {

/// Products, factors and sums that are wrong by `fault` times what is right, in one element; and a sum that changes x.
struct Wrong {};
inline double fault = 0;

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Wrong> : Backend<Cpu> {
  using tag = test::Wrong;
  static constexpr const char* name() { return "Wrong"; }

  template <Real T>
  static void gemm(cpu::Context& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                   MatrixView<T> out) {
    Backend<Cpu>::gemm(ctx, alpha, a, b, beta, out);
    out(1, 2) = static_cast<T>(out(1, 2) * (1 + test::fault));
  }
  template <Real T>
  static void cholesky_batched(cpu::Context& ctx, BatchView<T> a, VectorView<index_t> info) {
    Backend<Cpu>::cholesky_batched(ctx, a, info);
    a[1](1, 0) = static_cast<T>(a[1](1, 0) * (1 + test::fault));
  }
  template <class T, class R, class Op, class F>
  [[nodiscard]] static R transform_reduce(cpu::Context& ctx, VectorView<const T> x, R init, const Op& op, const F& f) {
    return static_cast<R>(Backend<Cpu>::transform_reduce(ctx, x, init, op, f) * (1 + test::fault));
  }
  template <class T, class R, class Op, class F>
  [[nodiscard]] static R transform_reduce(cpu::Context& ctx, MatrixView<const T> x, R init, const Op& op, const F& f) {
    return Backend<Cpu>::transform_reduce(ctx, x, init, op, f);
  }
  template <class T, class R, class Op, class F>
  static void segmented_reduce(cpu::Context& ctx, VectorView<const T> x, VectorView<const index_t> offsets,
                               VectorView<R> out, R init, const Op& op, const F& f) {
    Backend<Cpu>::segmented_reduce(ctx, x, offsets, out, init, op, f);
    if (test::fault > 0) const_cast<T&>(x(3)) = T(11);  // NOLINT: the fault
  }
};

namespace isonomy::test {
namespace {

using WrongChecked = Checked<Wrong, Reference>;

template <class Run>
BackendsDisagree disagreement(double relative_fault, const Run& run) {
  fault = relative_fault;
  try {
    run();
  } catch (const BackendsDisagree& e) {
    fault = 0;
    return e;
  }
  fault = 0;
  return {"", "", {}};
}

template <class Ctx>
std::vector<double> product_of_ones(Ctx& ctx, index_t n) {
  const std::vector<double> a(static_cast<std::size_t>(n * n), 1.0);
  std::vector<double> out(a.size(), -1.0);
  gemm(ctx, 1.0, column_major(a.data(), n, n), column_major(a.data(), n, n), 0.0, column_major(out.data(), n, n));
  return out;
}

/// Two 2 x 2 matrices with factors 2, 1, 3 and 4, 8, 1, by columns.
std::vector<double> squares() { return {4, 2, 0, 10, 16, 32, 0, 65}; }
template <class Ctx>
std::vector<index_t> factor(Ctx& ctx, std::vector<double>& a) {
  std::vector<index_t> info(2);
  cholesky_batched(ctx, BatchView<double>(a.data(), 2, 2, 2, 4, 1, 2), view(info));
  return info;
}

struct NarrowBand {
  static constexpr double absolute = 0, relative = 1e-3;
};

}  // namespace
}  // namespace isonomy::test
using namespace isonomy::test;

TEST_CASE("a checked backend gives its own results while they are within the operation's tier", "[checked]") {
  using Tag = Checked<Cpu, Reference>;
  CHECK(std::string(Backend<Tag>::name()) == "Cpu checked by Reference");
  Context<Tag> ctx{cpu::ContextOptions{.threads = 2}};
  Context<Cpu> plain{cpu::ContextOptions{.threads = 2}};
  CHECK(product_of_ones(ctx, 33) == product_of_ones(plain, 33));
  const std::vector<double> x{0.1, 0.7, -0.3, 1e-9, 5};
  CHECK(transform_reduce(ctx, view(x), 0.0, Plus{}, Identity{}) ==
        transform_reduce(plain, view(x), 0.0, Plus{}, Identity{}));
  std::vector<double> ranks(5);
  rank_average(ctx, view(x), view(ranks));  // derived on Cpu, an own form of the reference
  CHECK(ranks == std::vector<double>{3, 4, 1, 2, 5});
  CHECK(ctx.checks().checked >= 3);
  CHECK(ctx.checks().unchecked == 1);  // the for_each inside
}

TEST_CASE("a product beyond its bound is told with operation, place, values, bound and ratio", "[checked]") {
  Context<WrongChecked> ctx;
  const BackendsDisagree e = disagreement(1e-14, [&] { static_cast<void>(product_of_ones(ctx, 4)); });
  CHECK(e.operation == "gemm");
  CHECK(e.where.view == 2);
  CHECK(e.where.row == 1);
  CHECK(e.where.column == 2);
  CHECK(e.where.reference == 4);
  CHECK(e.where.value > 4);
  CHECK(e.where.bound == Approx(2 * 6 * 0x1p-53 * 4));
  CHECK(e.ratio() == Approx(7.5).epsilon(0.1));
  CHECK(std::string(e.what()).find("gemm: Wrong gives 4.00000000000004 and Reference 4 for view 2 at (1, 2); they may "
                                   "differ by 5.32907e-15 and differ by ") == 0);
  CHECK(disagreement(1e-15, [&] { static_cast<void>(product_of_ones(ctx, 4)); }).operation.empty());
}

TEST_CASE("factors are compared by their residual, and info where rounding cannot decide", "[checked]") {
  Context<WrongChecked> ctx;
  std::vector<double> a = squares();
  const BackendsDisagree e = disagreement(1e-13, [&] { static_cast<void>(factor(ctx, a)); });
  CHECK(e.operation == "cholesky_batched");
  CHECK(e.where.view == 0);
  CHECK(e.where.batch == 1);
  CHECK(e.where.row == 1);
  CHECK(e.where.column == 0);
  CHECK(e.where.reference == 32);  // of the matrix, not of its factor
  a = squares();
  CHECK(factor(ctx, a) == std::vector<index_t>{0, 0});
  CHECK(a == std::vector<double>{2, 1, 0, 3, 4, 8, 0, 1});
  a = squares();
  a[3] = -1;
  CHECK(factor(ctx, a) == std::vector<index_t>{2, 0});
  const std::vector<double> before = squares(), factors{2, 1, 0, 3, 4, 8, 0, 1};
  const auto found = [&](const std::vector<double>& old, const std::vector<index_t>& got,
                         const std::vector<index_t>& wanted) {
    const auto all = [](const std::vector<double>& m, const std::vector<index_t>& info) {
      return std::tuple(BatchView<const double>(m.data(), 2, 2, 2, 4, 1, 2), view(info));
    };
    return op::cholesky_batched::deviation(all(old, got), all(factors, got), all(factors, wanted)).has_value();
  };
  CHECK(!found(before, {0, 0}, {0, 0}));
  CHECK(found(before, {0, 2}, {0, 0}));  // its pivot is 1
  std::vector<double> edge = before;
  edge[7] = 64 + 0x1p-47;
  CHECK(!found(edge, {0, 2}, {0, 0}));
  CHECK(!found(edge, {0, 0}, {0, 2}));
}

TEST_CASE("a returned value beyond its bound is told", "[checked]") {
  Context<WrongChecked> ctx;
  const std::vector<double> x{1, -1, 2};
  const auto sum = [&] { static_cast<void>(transform_reduce(ctx, view(x), 1.0, Plus{}, Identity{})); };
  const BackendsDisagree e = disagreement(1e-14, sum);
  CHECK(e.operation == "transform_reduce");
  CHECK(e.where.view == BackendsDisagree::returned);
  CHECK(e.where.bound == Approx(2 * 4 * 0x1p-53 * 5));
  CHECK(disagreement(1e-16, sum).operation.empty());
}

TEST_CASE("an input that the checked backend changes is told, but not one that is an output too", "[checked]") {
  Context<WrongChecked> ctx;
  std::vector<double> x{1, 2, 3, 4}, out(1);
  const std::vector<index_t> offsets{0, 3};  // without the element that is changed
  const BackendsDisagree e =
      disagreement(1, [&] { segmented_reduce(ctx, view(x), view(offsets), view(out), 0.0, Plus{}, Identity{}); });
  CHECK(std::string(e.what()) ==
        "segmented_reduce: Wrong changes an input, view 0 at (3, 0), from 4 to 11; inputs must stay as they are");
  transform(ctx, Square{}, view(x), view(x));
  CHECK(x == std::vector<double>{1, 4, 9, 121});
}

TEST_CASE("a tier that is given holds in place of the operation's", "[checked]") {
  Context<Checked<Wrong, Reference, Banded<NarrowBand>>> banded;
  CHECK(disagreement(0.9e-3, [&] { static_cast<void>(product_of_ones(banded, 4)); }).operation.empty());
  const BackendsDisagree e = disagreement(2e-3, [&] { static_cast<void>(product_of_ones(banded, 4)); });
  CHECK(e.where.bound == Approx(4e-3));
  Context<Checked<Wrong, Reference, Exact>> exact;
  const BackendsDisagree same = disagreement(3e-16, [&] { static_cast<void>(product_of_ones(exact, 4)); });
  CHECK(same.where.bound == 0);
  CHECK(same.ratio() == std::numeric_limits<double>::infinity());
  CHECK(std::string(same.what()).find("they must have the same bits") != std::string::npos);
}

TEST_CASE("every n-th call is checked, or none", "[checked]") {
  Context<WrongChecked> ctx;
  ctx.checks().every = 3;
  std::string told;
  for (int i = 0; i < 7; ++i)
    told += disagreement(1, [&] { static_cast<void>(product_of_ones(ctx, 4)); }).operation.empty() ? '.' : 'x';
  CHECK(told == "x..x..x");
  CHECK(ctx.checks().checked == 3);
  ctx.checks().every = 0;
  CHECK(disagreement(1, [&] { static_cast<void>(product_of_ones(ctx, 4)); }).operation.empty());
}

TEST_CASE("any backend is a reference: of another memory space, partial, declining, or a composition", "[checked]") {
  Context<Checked<Cpu, Device>> over_there;
  CHECK(product_of_ones(over_there, 3).front() == 3);
  CHECK(over_there.checks().checked == 1);
  CHECK(over_there.counters().bytes_moved == 0);  // what the check moves is not the computation's
  Context<Checked<Device, Reference>> from_there;
  const auto a = to_device(from_there, std::vector<double>(9, 1.0));
  Matrix<double, Checked<Device, Reference>> out(from_there, 3, 3);
  gemm(from_there, 1.0, column_major<DeviceSpace>(a.data(), 3, 3), column_major<DeviceSpace>(a.data(), 3, 3), 0.0,
       out.view());
  CHECK(from_there.checks().checked == 1);
  Context<Checked<Cpu, Sevens>> partial;
  const auto e = disagreement(0, [&] { static_cast<void>(product_of_ones(partial, 3)); });
  CHECK(e.where.reference == 7);
  CHECK(product_of_ones(partial, 5).front() == 5);  // which Sevens declines
  std::vector<double> x{2, 1};
  fill(partial, view(x), 1.0);  // which it has not
  CHECK(partial.checks().checked == 1);
  CHECK(partial.checks().unchecked == 2);
  Context<Checked<Checked<Cpu, Reference>, Without<Cpu, op::syrk>>> twice;
  CHECK(product_of_ones(twice, 3).front() == 3);
  Context<Chain<Sevens, Checked<Traced<Cpu>, Reference>>> within;
  CHECK(product_of_ones(within, 5).front() == 5);
  CHECK(within.checks().checked == 1);
  CHECK(within.trace().events.size() == 1);
}

TEST_CASE("the reference takes no part in progress, limits and counters of the computation", "[checked]") {
  int reports = 0, plain_reports = 0;
  const std::vector<double> x(5000, 1.0);
  Context<Cpu> plain{cpu::ContextOptions{.progress = [&](const Progress&) { ++plain_reports; }}};
  Context<Checked<Cpu, Reference>> ctx{cpu::ContextOptions{.progress = [&](const Progress&) { ++reports; }}};
  CHECK(transform_reduce(plain, view(x), 0.0, Plus{}, Identity{}) == 5000);
  CHECK(transform_reduce(ctx, view(x), 0.0, Plus{}, Identity{}) == 5000);
  CHECK(reports == plain_reports);
  CHECK(ctx.counters().bytes_peak == plain.counters().bytes_peak);
  CHECK(ctx.counters().kernels == plain.counters().kernels);
}
