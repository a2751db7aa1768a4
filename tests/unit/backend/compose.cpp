// Without and Override: which backend runs what, on which context, in whose memory.
#include <concepts>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/backend/describe.hpp"
#include "isonomy/core/functional.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/linalg/syrk.hpp"
#include "isonomy/ops/memory.hpp"
#include "isonomy/ops/reduce/transform_reduce.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "support/catch.hpp"

using namespace isonomy;

namespace acme {

/// Operations on the host's contexts that can be told from the host's own.
struct Sevens {};
/// A context with something of its own.
struct Counting {};
struct CountingContext : cpu::Context {
  using tag = Counting;
  using cpu::Context::Context;
  int products = 0;
};

}  // namespace acme

template <>
struct isonomy::Backend<acme::Sevens> {
  using tag = acme::Sevens;
  using space = HostSpace;
  using context = cpu::Context;
  static constexpr const char* name() { return "acme::Sevens"; }
  static bool available() noexcept { return true; }
  template <class Op, class... T>
    requires std::same_as<Op, op::gemm>
  static constexpr const char* math_mode() { return "no arithmetic"; }

  static void gemm(cpu::Context&, double, MatrixView<const double>, MatrixView<const double>, double,
                   MatrixView<double> out) {
    for (index_t j = 0; j < out.columns; ++j)
      for (index_t i = 0; i < out.rows; ++i) out(i, j) = 7;
  }
  static void stable_sort_by_key(cpu::Context&, VectorView<double> keys, VectorView<index_t>) {
    for (index_t i = 0; i < keys.size; ++i) keys(i) = 7;
  }
  static void stable_sort_by_key(cpu::Context& ctx, VectorView<double> keys, VectorView<index_t> values,
                                 VectorView<const index_t>) {
    stable_sort_by_key(ctx, keys, values);
  }
};

template <>
struct isonomy::Backend<acme::Counting> : Backend<Cpu> {
  using tag = acme::Counting;
  using context = acme::CountingContext;
  static constexpr const char* name() { return "acme::Counting"; }

  template <Real T>
  static void gemm(acme::CountingContext& ctx, T alpha, MatrixView<const T> a, MatrixView<const T> b, T beta,
                   MatrixView<T> out) {
    ++ctx.products;
    Backend<Cpu>::gemm(ctx, alpha, a, b, beta, out);
  }
};

namespace {

using Seven = Override<Cpu, acme::Sevens, op::gemm>;

/// transposed(A)*A of a 2 x 2 matrix 1, 2; 3, 4 through the front doors of a backend.
template <class Tag>
std::vector<double> square(Context<Tag>& ctx) {
  const auto a = to_device(ctx, std::vector<double>{1, 2, 3, 4});
  Matrix<double, Tag> out(ctx, 2, 2);
  syrk(ctx, 1.0, column_major(a.data(), index_t{2}, index_t{2}), 0.0, out.view());
  return to_host<Context<Tag>, double>(ctx, VectorView<const double>(out.data(), 4));
}
template <class Tag>
std::vector<double> square() {
  Context<Tag> ctx;
  return square<Tag>(ctx);
}
const std::vector<double> right{5, 11, 11, 25}, sevens(4, 7);

}  // namespace

TEST_CASE("operations come from the part that is named for them", "[compose]") {
  CHECK(square<Cpu>() == right);
  CHECK(square<Seven>() == right);  // Cpu has a syrk of its own
  CHECK(square<Without<Cpu, op::syrk>>() == right);
  Context<Seven> ctx;
  std::vector<double> out(1);
  gemm(ctx, 1.0, MatrixView<const double>(nullptr, 1, 0, 1, 1), MatrixView<const double>(nullptr, 0, 1, 1, 1), 0.0,
       column_major(out.data(), index_t{1}, index_t{1}));
  CHECK(out.front() == 7);
}

TEST_CASE("derived forms run on the composed backend, not on a part of it", "[compose]") {
  CHECK(square<Without<Seven, op::syrk>>() == sevens);
  CHECK(square<Override<Without<Cpu, op::syrk>, acme::Sevens, op::gemm>>() == sevens);
  CHECK(square<Override<Cpu, acme::Sevens, op::gemm, op::syrk>>() == sevens);  // Sevens declines syrk
  Context<Override<Cpu, acme::Sevens, op::stable_sort_by_key>> ctx;
  const std::vector<double> x{3, 1, 2};
  std::vector<double> ranks(3);
  rank_average(ctx, view(x), view(ranks));
  CHECK(ranks == std::vector<double>{2, 2, 2});  // every key became the same
}

TEST_CASE("an operation of another element type than its part has is missing", "[compose]") {
  STATIC_REQUIRE(Has<op::gemm, Backend<Seven>, double> && !Runs<op::gemm, Backend<Seven>, float>);
  STATIC_REQUIRE(support_of<op::syrk, Backend<Without<Seven, op::syrk>>, double> == Support::derived &&
                 support_of<op::syrk, Backend<Without<Seven, op::syrk>>, float> == Support::none);
  STATIC_REQUIRE(support_of<op::gemm, Backend<Without<Seven, op::gemm>>, double> == Support::none);
}

TEST_CASE("compositions nest in any order and share one context", "[compose]") {
  using Inner = Without<Cpu, op::syrk>;
  using Outer = Override<Inner, acme::Counting, op::gemm>;
  using Other = Without<Override<Cpu, acme::Counting, op::gemm>, op::syrk>;
  STATIC_REQUIRE(std::is_base_of_v<acme::CountingContext, Context<Outer>>);
  Context<Outer> outer{cpu::ContextOptions{.threads = 2, .seed = 5}};
  Context<Other> other;
  CHECK(square<Outer>(outer) == right);
  CHECK(square<Other>(other) == right);
  CHECK(outer.products == 1);
  CHECK(other.products == 1);
  CHECK(outer.threads() == 2);
  CHECK(outer.control().seed == 5);
}

TEST_CASE("what a composed context counts, limits and varies is what its backend does", "[compose]") {
  Context<Without<Seven, op::syrk>> ctx{cpu::ContextOptions{.workspace_limit = 1000}};
  {
    const Buffer<double, Without<Seven, op::syrk>> held(ctx, 100);
    CHECK(ctx.counters().bytes_allocated == 800);
    CHECK_THROWS_AS((Buffer<double, Without<Seven, op::syrk>>(ctx, 100)), OutOfMemory);
  }
  CHECK(ctx.counters().bytes_allocated == 0);
  const auto before = ctx.counters().kernels;
  static_cast<void>(square<Without<Seven, op::syrk>>(ctx));
  CHECK(ctx.counters().kernels == before + 1);
  CHECK(Context<Seven>::variants(ctx.control()).size() == Context<Cpu>::variants(ctx.control()).size());
}

TEST_CASE("no operation begins on a context that was asked to stop", "[compose]") {
  std::stop_source source;
  Context<Without<Cpu, op::syrk>> ctx{cpu::ContextOptions{.stop = source.get_token()}};
  CHECK(square<Without<Cpu, op::syrk>>(ctx) == right);
  const auto before = ctx.counters().kernels;
  std::vector<double> x{1, 2}, out(2, -1);
  source.request_stop();
  const auto cancelled = [](const auto& run) -> std::string {
    try {
      run();
    } catch (const Cancelled& e) {
      return e.what();
    }
    return "";
  };
  CHECK(cancelled([&] { copy(ctx, view(std::as_const(x)), view(out)); }) == "copy: cancelled by the caller");
  CHECK(cancelled([&] { rank_average(ctx, view(x), view(out)); }) == "rank_average: cancelled by the caller");
  CHECK(cancelled([&] { static_cast<void>(square<Without<Cpu, op::syrk>>(ctx)); }) == "syrk: cancelled by the caller");
  CHECK(out == std::vector<double>{-1, -1});
  CHECK(ctx.counters().kernels == before);
  CHECK_THROWS_AS(copy(ctx, view(std::as_const(x)), VectorView<double>(out.data(), 1)), ShapeError);  // checked first
}

TEST_CASE("names and reports say which backend runs an operation", "[compose]") {
  using Both = Without<Override<Cpu, acme::Sevens, op::gemm, op::stable_sort_by_key>, op::syrk>;
  CHECK(std::string(Backend<Without<Cpu>>::name()) == "Cpu");
  CHECK(std::string(Backend<Without<Cpu, op::syrk, op::fill>>::name()) == "Cpu without syrk, fill");
  CHECK(std::string(Backend<Both>::name()) == "Cpu with gemm, stable_sort_by_key of acme::Sevens without syrk");
  CHECK(Backend<Both>::available());
  Context<Both> ctx;
  CHECK(ran<op::gemm, double>(ctx).operation == "gemm");
  CHECK(ran<op::gemm, double>(ctx).backend == "acme::Sevens");
  CHECK(ran<op::fill, double>(ctx).backend == "Cpu");
  CHECK(ran<op::syrk, double>(ctx).backend == std::string(Backend<Both>::name()) + " (generic)");
  Context<Cpu> host;
  CHECK(ran<op::rank_average, double>(host).backend == "Cpu (generic)");
  CHECK(ran<op::gemm, double>(host).declined.empty());
  REQUIRE(ran<op::rank_average, double>(host).declined.size() == 1);
  CHECK(ran<op::rank_average, double>(host).declined[0].backend == "Cpu");
  CHECK(ran<op::rank_average, double>(host).declined[0].reason == "has no form of its own");
}

TEST_CASE("the math mode of an operation is that of the backend that runs it", "[compose]") {
  Context<Without<Override<Cpu, acme::Sevens, op::gemm>, op::fill>> overridden;
  CHECK(std::string(math_mode<op::gemm, double>(overridden)) == "no arithmetic");
  CHECK(std::string(math_mode<op::copy, double>(overridden)) == fixed_math);
  Context<Chain<acme::Sevens, Cpu>> chain;
  CHECK(std::string(math_mode<op::gemm, double>(chain)) == "no arithmetic");
  CHECK(std::string(math_mode<op::gemm, float>(chain)) == fixed_math);  // which acme::Sevens does not have
  Context<Chain<Cpu, acme::Sevens>> other_way;
  CHECK(std::string(math_mode<op::gemm, double>(other_way)) == fixed_math);
}

TEST_CASE("the workspace of an operation is what the backend says that runs it", "[compose]") {
  const auto asked = []<class T, class Ctx>(T, const Ctx& ctx) { return gemm_workspace<T>(ctx, 40, 30, 20); };
  const std::size_t of_double = asked(double{}, Context<Cpu>()), of_float = asked(float{}, Context<Cpu>());
  CHECK((of_double > 0 && of_float > 0 && of_double != of_float));
  CHECK(asked(double{}, Context<Without<Cpu, op::syrk>>()) == of_double);
  CHECK(asked(double{}, Context<Without<Cpu, op::gemm>>()) == 0);
  CHECK(asked(double{}, Context<Override<Cpu, acme::Sevens, op::gemm>>()) == 0);  // which does not say
  CHECK(asked(float{}, Context<Override<Cpu, acme::Sevens, op::syrk>>()) == of_float);
  CHECK(asked(double{}, Context<Chain<acme::Sevens, Cpu>>()) == 0);
  CHECK(asked(float{}, Context<Chain<acme::Sevens, Cpu>>()) == of_float);  // which acme::Sevens does not have
  CHECK(asked(double{}, Context<Chain<Cpu, acme::Sevens>>()) == of_double);
}
