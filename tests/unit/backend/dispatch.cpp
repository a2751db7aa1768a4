// What the compiler must refuse or choose: spaces, element types, missing operations; and the capability table.
#include <cstring>
#include <type_traits>

#include "isonomy/conformance/run.hpp"
#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/generic_backend.hpp"

using namespace isonomy;

namespace {

struct Without {};  // no gemm, no sort: what is derived from them is missing too
struct WithoutContext : cpu::Context {
  using tag = Without;
  using cpu::Context::Context;
};
struct NoBackend {};
struct Nothing {};  // a backend without a single operation
struct NothingContext : cpu::Context {
  using tag = Nothing;
  using cpu::Context::Context;
};

}  // namespace

template <>
struct isonomy::Backend<Nothing> {
  using tag = Nothing;
  using space = HostSpace;
  using context = NothingContext;
  static constexpr const char* name() { return "Nothing"; }
  static bool available() noexcept { return true; }
};

template <>
struct isonomy::Backend<Without> : Backend<Cpu> {
  using tag = Without;
  using context = WithoutContext;
  static constexpr const char* name() { return "Without"; }
  static void gemm() = delete;
  static void syrk() = delete;
  static void stable_sort_by_key() = delete;
};

namespace {

template <class Ctx, class A, class Out = A>
concept CanGemm = requires(Ctx& c, A a, Out out) {
  gemm(c, 1.0, a, a, 0.0, out);
};
template <class Ctx, class A>
concept CanSyrk = requires(Ctx& c, A a) {
  syrk(c, 1.0, a, 0.0, a);
};
template <class Ctx, class T>
concept CanRank = requires(Ctx& c, VectorView<T> x, VectorView<const index_t> o, VectorView<double> out) {
  rank_average(c, x, o, out);
};

using Host = Context<Cpu>;
static_assert(CanGemm<Host, MatrixView<double>> && CanGemm<Host, MatrixView<float>>);
static_assert(CanGemm<Host, MatrixView<const double>, MatrixView<double>>);
static_assert(!CanGemm<Host, MatrixView<double, DeviceSpace>>, "device memory is not for the host");
static_assert(!CanGemm<Host, MatrixView<double, DeviceSpace>, MatrixView<double>>);
static_assert(!CanGemm<Host, MatrixView<double>, MatrixView<const double>>, "an output is not const");
static_assert(!CanGemm<Host, MatrixView<float>, MatrixView<double>>, "element types are not mixed silently");
static_assert(!CanGemm<Host, MatrixView<int>>, "gemm is for float and double");
static_assert(!CanGemm<WithoutContext, MatrixView<double>>);
static_assert(!CanSyrk<WithoutContext, MatrixView<double>>, "syrk needs its own form or gemm");
static_assert(CanSyrk<test::GenericContext, MatrixView<double>>);
static_assert(CanRank<Host, const float> && CanRank<test::GenericContext, double> && !CanRank<WithoutContext, double>);

static_assert(BackendLike<Backend<Cpu>> && ContextLike<Host>);
static_assert(!BackendLike<Backend<NoBackend>> && !HasGemm<Backend<NoBackend>, double>);
static_assert(HasSyrk<Backend<Cpu>, double> && !HasSyrk<Backend<test::Generic>, double> &&
              HasGemm<Backend<test::Generic>, double>);
static_assert(!HasStableSortByKey<Backend<Without>, double>);

static_assert(std::is_move_constructible_v<Host> && !std::is_copy_constructible_v<Host>);
static_assert(std::is_move_constructible_v<Buffer<double, Cpu>> && !std::is_copy_constructible_v<Buffer<double, Cpu>>);
static_assert(!std::is_copy_constructible_v<Matrix<double, Cpu>>);

/// A meta-test in the type system: every operation has conformance rows.
template <class... Op>
constexpr bool all_have_cases(std::tuple<Op...>*) {
  return (conformance::has_cases<Op> && ...);
}
static_assert(all_have_cases(static_cast<op::all*>(nullptr)), "an operation has no conformance rows");
struct unknown_operation {};
static_assert(!conformance::has_cases<unknown_operation>);

template <class... Tags>
Support support_of(const char* backend, const char* operation, const char* element) {
  static constexpr auto table = capability_table<Tags...>();
  for (const Capability& c : table)
    if (std::strcmp(c.backend, backend) == 0 && std::strcmp(c.operation, operation) == 0 &&
        std::strcmp(c.element, element) == 0)
      return c.support;
  FAIL("no row for " << operation << " " << element);
  return Support::none;
}

}  // namespace

TEST_CASE("the capability table says what the concepts say", "[dispatch]") {
  const auto of = [](const char* b, const char* o, const char* t) {
    return support_of<Cpu, test::Generic, Without>(b, o, t);
  };
  CHECK(of("Cpu", "gemm", "double") == Support::own);
  CHECK(of("Cpu", "syrk", "float") == Support::own);
  CHECK(of("Generic", "syrk", "float") == Support::derived);
  CHECK(of("Without", "syrk", "float") == Support::none);
  CHECK(of("Without", "gemm", "float") == Support::none);
  CHECK(of("Cpu", "rank_average", "int32") == Support::derived);
  CHECK(of("Without", "rank_average", "int32") == Support::none);
  CHECK(of("Generic", "joint_residue_counts", "codes") == Support::derived);
  CHECK(of("Cpu", "residue_rank_sums", "codes") == Support::own);
  CHECK(of("Without", "residue_rank_sums", "codes") == Support::own);
  CHECK(of("Cpu", "for_each", "any") == Support::own);
}

TEST_CASE("no row of the host's table is none, and core operations are its own", "[dispatch]") {
  static constexpr auto table = capability_table<Cpu>();
  for (const Capability& c : table) {
    INFO(c.operation << " " << c.element);
    CHECK(c.support != Support::none);
  }
}

TEST_CASE("a backend that lacks an operation is reported as declining it", "[dispatch]") {
  WithoutContext ctx;
  conformance::Report report{"Without"};
  conformance::run_operation<op::gemm, Without>(ctx, report);
  CHECK(report.operations.front().declined == 1);
  CHECK(report.passed() == 0);
  CHECK(report.failed() == 0);
}

TEST_CASE("the kit runs on a backend without operations, which declines them all", "[dispatch]") {
  NothingContext ctx;
  const conformance::Report report = conformance::run_all<Nothing>(ctx);
  CHECK(report.operations.size() == std::tuple_size_v<op::all>);
  for (const conformance::OperationResult& r : report.operations) {
    INFO(r.operation);
    CHECK(r.declined == 1);
    CHECK(r.passed + r.failed == 0);
  }
  for (const Capability& c : capability_table<Nothing>()) CHECK(c.support == Support::none);
}
