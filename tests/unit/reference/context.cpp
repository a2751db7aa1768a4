// Memory, counters, requests to stop and exceptions of functors on Backend<Reference>.
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/checklist.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/ops/all.hpp"
#include "isonomy/ops/capabilities.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

using namespace isonomy;

namespace isonomy::test {
namespace {

using Naive = Backend<Reference>;

static_assert(checked_backend<Reference>() && ContextLike<Context<Reference>>);
static_assert(std::is_move_constructible_v<Context<Reference>> && !std::is_copy_constructible_v<Context<Reference>>);

Context<Reference> reference_context(reference::ContextOptions options = {}) {
  return Context<Reference>(std::move(options));
}
Context<Reference> with_workspace(std::size_t bytes) {
  reference::ContextOptions options{};
  options.workspace_limit = bytes;
  return reference_context(std::move(options));
}

/// Asks to stop when it is first called, counts all calls.
struct StopAtOnce {
  std::stop_source* stop;
  index_t* calls;
  void operator()(index_t) const {
    stop->request_stop();
    ++*calls;
  }
  double operator()(double x) const {
    (*this)(index_t{});
    return x;
  }
};
struct ThrowAtSeven {
  void operator()(index_t i) const {
    if (i == 7) throw ValueError("seven");
  }
  double operator()(double x) const {
    (*this)(static_cast<index_t>(x));
    return x;
  }
};

}  // namespace
}  // namespace isonomy::test

using namespace isonomy::test;

TEST_CASE("the reference has every operation as its own, for every element type", "[reference_backend]") {
  static constexpr auto table = capability_table<Reference>();
  for (const Capability& c : table) {
    INFO(c.operation << " " << c.element);
    CHECK(c.support == Support::own);
    CHECK(std::string(c.backend) == "Reference");
  }
}

TEST_CASE("a reference context holds what it is given, and counts kernels", "[reference_backend]") {
  reference::ContextOptions options{};
  options.seed = 12;
  options.determinism = Determinism::fast;
  auto ctx = reference_context(options);
  CHECK(ctx.control().seed == 12);
  CHECK(ctx.control().determinism == Determinism::fast);
  std::vector<double> x(3);
  fill(ctx, view(x), 2.0);
  CHECK(ctx.counters().kernels == 1);
  synchronize(ctx);
}

TEST_CASE("the reference's memory is aligned, counted and given back, whatever becomes of its context",
          "[reference_backend]") {
  auto ctx = reference_context();
  Buffer<float, Reference> kept;
  {
    Buffer<float, Reference> a(ctx, 10), b(ctx, 20);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 256 == 0);
    CHECK(ctx.counters().bytes_allocated == 120);
    kept = std::move(b);
  }
  Context<Reference> moved = std::move(ctx);
  CHECK(moved.counters().bytes_allocated == 80);
  CHECK(moved.counters().bytes_peak == 120);
  kept = {};
  CHECK(moved.counters().bytes_allocated == 0);
}

TEST_CASE("the reference's workspace limit covers buffers and operations to the byte", "[reference_backend]") {
  auto ctx = with_workspace(100);
  const Buffer<double, Reference> held(ctx, 10, "held");
  CHECK(message<OutOfMemory>([&] { Buffer<float, Reference>(ctx, 6, "more"); }) ==
        "more: 24 bytes requested, 20 available; expected room for all; use less data at a time or raise the limit");
  const Buffer<float, Reference> rest(ctx, 5, "rest");
  CHECK(message<OutOfMemory>([&] { Buffer<float, Reference>(ctx, 1, "more"); }).find("none available") !=
        std::string::npos);

  // Two lists of keys with their places, and the old values: 40 bytes a pair.
  const std::vector<double> keys{3, 1, 2};
  for (const bool enough : {false, true}) {
    auto small = with_workspace(enough ? 120 : 119);
    std::vector<double> sorted = keys;
    std::vector<index_t> values{0, 1, 2};
    if (enough)
      CHECK_NOTHROW(stable_sort_by_key(small, view(sorted), view(values)));
    else
      CHECK_THROWS_AS(stable_sort_by_key(small, view(sorted), view(values)), OutOfMemory);
    CHECK(sorted == (enough ? std::vector<double>{1, 2, 3} : keys));
    CHECK(small.counters().bytes_allocated == 0);
    if (enough) CHECK(small.counters().bytes_peak == 120);
  }
}

TEST_CASE("a request to stop ends the reference's loops where they are", "[reference_backend]") {
  std::stop_source stop;
  reference::ContextOptions options{};
  options.stop = stop.get_token();
  const std::vector<double> x(100000);
  std::vector<double> out(x.size());
  const auto calls_before_the_end = [&](const char* operation, const auto& run) {
    stop = std::stop_source();
    options.stop = stop.get_token();
    auto ctx = reference_context(options);
    index_t calls = 0;
    CHECK(message<Cancelled>([&] {
            run(ctx, StopAtOnce{&stop, &calls});
          }) == std::string(operation) + ": cancelled by the caller");
    return calls;
  };
  CHECK(calls_before_the_end("for_each", [&](auto& ctx, const auto& f) { for_each(ctx, 100000, f); }) < 10000);
  CHECK(calls_before_the_end("transform", [&](auto& ctx, const auto& f) { transform(ctx, f, view(out), view(x)); }) <
        10000);
  CHECK(calls_before_the_end("transform_reduce", [&](auto& ctx, const auto& f) {
          static_cast<void>(transform_reduce(ctx, view(x), 0.0, Plus{}, f));
        }) < 10000);
  const std::vector<index_t> offsets{0, 100000};
  CHECK(calls_before_the_end("segmented_reduce", [&](auto& ctx, const auto& f) {
          segmented_reduce(ctx, view(x), view(offsets), view(out).subview(0, 1), 0.0, Plus{}, f);
        }) < 10000);
}

TEST_CASE("every operation of the reference heeds a request to stop, and moving data does not", "[reference_backend]") {
  std::stop_source stop;
  stop.request_stop();
  reference::ContextOptions options{};
  options.stop = stop.get_token();
  auto ctx = reference_context(options);
  std::vector<double> x(16, 1.0), y(16, 1.0), z(16, 1.0), w(16, 1.0);
  std::vector<index_t> places(16), offsets{0, 16};
  const MatrixView<double> a = column_major(x.data(), 4, 4), b = column_major(y.data(), 4, 4);
  const auto cancelled = [&](const char* operation, const std::function<void()>& run) {
    CHECK(message<Cancelled>(run) == std::string(operation) + ": cancelled by the caller");
  };
  cancelled("copy", [&] { Naive::copy(ctx, a, b); });
  cancelled("fill", [&] { Naive::fill(ctx, view(x), 1.0); });
  cancelled("iota", [&] { Naive::iota(ctx, view(x), 1.0); });
  cancelled("stable_sort_by_key", [&] { Naive::stable_sort_by_key(ctx, view(x), view(places)); });
  cancelled("rank_average", [&] { Naive::rank_average(ctx, view(x), view(std::as_const(offsets)), view(y)); });
  cancelled("select_k", [&] { Naive::select_k(ctx, a, b, column_major(places.data(), 4, 4)); });
  cancelled("gemm", [&] { Naive::gemm(ctx, 1, a, a, 0, b); });
  cancelled("syrk", [&] { Naive::syrk(ctx, 1, a, 0, b); });
  cancelled("cholesky_batched",
            [&] { Naive::cholesky_batched(ctx, BatchView<double>(x.data(), 1, 4, 4, 16, 1, 4), view(places)); });
  cancelled("qr", [&] { Naive::qr<double>(ctx, a, b, column_major(z.data(), 4, 4)); });
  cancelled("svd", [&] { Naive::svd<double>(ctx, a, b, view(z).subview(0, 4), column_major(w.data(), 4, 4)); });
  cancelled("eigh", [&] { Naive::eigh<double>(ctx, a, view(y).subview(0, 4), b); });
  cancelled("eigh_subset", [&] { Naive::eigh_subset<double>(ctx, a, Spectrum::whole(), view(y).subview(0, 4), b); });
  cancelled("eigh_batched", [&] {
    Naive::eigh_batched<double>(ctx, BatchView<const double>(x.data(), 1, 4, 4, 16, 1, 4), row_major(y.data(), 1, 4),
                                BatchView<double>(b.data, 1, 4, 4, 16, 1, 4), view(places).subview(0, 1));
  });

  const std::vector<std::uint8_t> codes{0, 1};
  const PositionPair pair{0, 0};
  std::vector<std::uint32_t> counts(3);
  cancelled("joint_residue_counts", [&] {
    Naive::joint_residue_counts(ctx, column_major(codes.data(), 1, 2), VectorView<const PositionPair>(&pair, 1),
                                column_major(counts.data(), 1, 3));
  });
  const std::uint16_t position = 0;
  const ResidueBlock block{{codes.data(), 2, 2, 1}, {&position, 1, 1}};
  const RankGroup group{0, 1, 0, 1};
  const std::uint32_t scale = 0;
  const std::vector<std::int64_t> numerators(max_residue_codes), denominators{1};
  const std::vector<double> values(max_residue_codes);
  const RankProblem<HostSpace> problem{
      std::span(&block, 1), std::span(&group, 1),
      std::span(&scale, 1), {numerators.data(), denominators.data(), values.data(), values.data(), 1},
      numerators,           denominators};
  std::uint64_t twice_u = 0;
  cancelled("residue_rank_sums", [&] { Naive::residue_rank_sums<exact>(ctx, problem, std::span(&twice_u, 1)); });

  const std::vector<double> parameters(3);
  const NormalComponents term{parameters.data(), parameters.data(), parameters.data(), 1};
  const MultivariateNormals normals{parameters.data(), parameters.data(), parameters.data(), 1, 1};
  const VectorView<const double> points(x.data(), 16);
  const MatrixView<const double> rows = column_major(std::as_const(x).data(), 16, 1);
  const MatrixView<double> out = column_major(y.data(), 1, 1);
  constexpr auto order = MixtureOrder::value;
  cancelled("mixture_sums", [&] { Naive::mixture_sums(ctx, term, order, points, out); });
  cancelled("weighted_mixture_sums",
            [&] { Naive::weighted_mixture_sums(ctx, Weighted<NormalComponents>{term}, order, points, points, out); });
  cancelled("multivariate_mixture_sums", [&] { Naive::multivariate_mixture_sums(ctx, normals, order, rows, out); });
  cancelled("weighted_multivariate_mixture_sums",
            [&] { Naive::weighted_multivariate_mixture_sums(ctx, normals, order, rows, points, out); });
  cancelled("nearest_sums", [&] {
    Naive::nearest_sums(ctx, NearestCentres{parameters.data(), 1, 1}, rows, points, out);
  });

  CHECK(x == std::vector<double>(16, 1.0));
  CHECK(to_host(ctx, to_device(ctx, x)) == x);
}

TEST_CASE("an exception of a functor leaves the reference as it was thrown", "[reference_backend]") {
  auto ctx = reference_context();
  std::vector<double> x(10), y(10);
  iota(ctx, view(x));
  const std::vector<index_t> offsets{0, 10};
  CHECK(message<ValueError>([&] { for_each(ctx, 10, ThrowAtSeven{}); }) == "seven");
  CHECK(message<ValueError>([&] { transform(ctx, ThrowAtSeven{}, view(y), view(x)); }) == "seven");
  CHECK(message<ValueError>([&] { static_cast<void>(transform_reduce(ctx, view(x), 0.0, Plus{}, ThrowAtSeven{})); }) ==
        "seven");
  CHECK(message<ValueError>([&] {
          segmented_reduce(ctx, view(x), view(offsets), view(y).subview(0, 1), 0.0, Plus{}, ThrowAtSeven{});
        }) == "seven");
}
