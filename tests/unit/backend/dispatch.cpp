// What the compiler must refuse or choose: spaces, element types, missing operations; and the capability table.
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "isonomy/conformance/run.hpp"
#include "isonomy/isonomy.hpp"
#include "support/catch.hpp"
#include "support/only.hpp"

namespace isonomy::test {
/// Indices of another type than the operation has.
struct Misfit {};
}  // namespace isonomy::test
template <>
struct isonomy::Backend<isonomy::test::Misfit> {
  using tag = isonomy::test::Misfit;
  using space = HostSpace;
  using context = isonomy::Context<Cpu>;
  static constexpr const char* name() { return "Misfit"; }
  static bool available() noexcept { return true; }
  template <class T>
  static void select_k(context&, MatrixView<const T>, MatrixView<T>, MatrixView<int>) {}
};

using namespace isonomy;

namespace {

struct NoBackend {};
using Nothing = ::test::Only<>;  // a backend without a single operation
using Generic = Without<Cpu, op::syrk, op::joint_residue_counts>;
using NoProducts =
    Without<Cpu, op::gemm, op::syrk, op::stable_sort_by_key>;  // what is derived from them is missing too

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
static_assert(!CanGemm<Context<NoProducts>, MatrixView<double>>);
static_assert(!CanSyrk<Context<NoProducts>, MatrixView<double>>, "syrk needs its own form or gemm");
static_assert(CanSyrk<Context<Generic>, MatrixView<double>>);
static_assert(CanRank<Host, const float> && CanRank<Context<Generic>, double> && !CanRank<Context<NoProducts>, double>);

static_assert(BackendLike<Backend<Cpu>> && ContextLike<Host>);
static_assert(!BackendLike<Backend<NoBackend>> && !Has<op::gemm, Backend<NoBackend>, double> &&
              !Runs<op::syrk, Backend<NoBackend>, double>);
static_assert(Has<op::syrk, Backend<Cpu>, double> && !Has<op::syrk, Backend<Generic>, double> &&
              Has<op::gemm, Backend<Generic>, double>);
static_assert(!Has<op::stable_sort_by_key, Backend<NoProducts>, double>);

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
Support support_of_row(const char* backend, const char* operation, const char* element) {
  static constexpr auto table = capability_table<Tags...>();
  for (const Capability& c : table)
    if (std::strcmp(c.backend, backend) == 0 && std::strcmp(c.operation, operation) == 0 &&
        std::strcmp(c.element, element) == 0)
      return c.support;
  FAIL("no row for " << operation << " " << element);
  return Support::none;
}

/// Where a call of an operation's front door compiles although the table says none, or the other way round.
template <class Tag, class Op, class... T>
void collect_disagreements(std::string& found, std::tuple<T...>*) {
  ((found += conformance::Cases<Op>::template callable<Tag, T> == (support_of<Op, Backend<Tag>, T> != Support::none)
                 ? std::string()
                 : std::string(Backend<Tag>::name()) + ": " + Op::name + " of " + op::element_name<T>() + "\n"),
   ...);
}
template <class Tag, class... Op>
std::string disagreements(std::tuple<Op...>*) {
  std::string found;
  (collect_disagreements<Tag, Op>(found, static_cast<typename Op::elements*>(nullptr)), ...);
  return found;
}
template <class Tag>
std::string disagreements() {
  return disagreements<Tag>(static_cast<op::all*>(nullptr));
}

}  // namespace

TEST_CASE("the capability table says what the declarations say", "[dispatch]") {
  const auto of = [](const char* b, const char* o, const char* t) {
    return support_of_row<Cpu, Generic, NoProducts>(b, o, t);
  };
  const char *const generic = Backend<Generic>::name(), *const no_products = Backend<NoProducts>::name();
  CHECK(of("Cpu", "gemm", "double") == Support::own);
  CHECK(of("Cpu", "syrk", "float") == Support::own);
  CHECK(of(generic, "syrk", "float") == Support::derived);
  CHECK(of(no_products, "syrk", "float") == Support::none);
  CHECK(of(no_products, "gemm", "float") == Support::none);
  CHECK(of("Cpu", "rank_average", "int32") == Support::derived);
  CHECK(of(no_products, "rank_average", "int32") == Support::none);
  CHECK(of(generic, "joint_residue_counts", "codes") == Support::derived);
  CHECK(of("Cpu", "residue_rank_sums", "codes") == Support::own);
  CHECK(of(no_products, "residue_rank_sums", "codes") == Support::own);
  CHECK(of("Cpu", "for_each", "any") == Support::own);
}

TEST_CASE("no row of the host's table is none, and core operations are its own", "[dispatch]") {
  static constexpr auto table = capability_table<Cpu>();
  for (const Capability& c : table) {
    INFO(c.operation << " " << c.element);
    CHECK(c.support != Support::none);
  }
}

TEMPLATE_LIST_TEST_CASE("every front door is callable exactly where the capability table says so", "[dispatch]",
                        op::all) {
  CHECK(disagreements<Cpu>() == "");
  CHECK(disagreements<Nothing>() == "");
  CHECK(disagreements<Without<Cpu, TestType>>() == "");  // what stands on it falls with it
  CHECK(disagreements<::test::Only<TestType>>() == "");  // and nothing stands on it alone by mistake
}

TEST_CASE("a derived form is there as soon as what it is built from is", "[dispatch]") {
  using ForEach = Backend<::test::Only<op::for_each>>;
  CHECK(support_of<op::joint_residue_counts, ForEach> == Support::derived);
  CHECK(support_of<op::row_statistics, ForEach> == Support::derived);
  CHECK(support_of<op::select_candidates, Backend<Without<Cpu, op::select_candidates>>, double> == Support::derived);
  CHECK(support_of<op::multivariate_mixture_sums, ForEach, float> == Support::derived);
  CHECK(support_of<op::weighted_multivariate_mixture_sums, ForEach, float> == Support::derived);
  CHECK(support_of<op::nearest_sums, ForEach, float> == Support::derived);
  CHECK(support_of<op::mixture_sums, ForEach, float> == Support::none);  // it packs points by copy
  CHECK(support_of<op::mixture_sums, Backend<::test::Only<op::for_each, op::copy>>, float> == Support::derived);
  CHECK(support_of<op::mixture_sums, Backend<Without<Cpu, op::copy>>, float> == Support::none);
  CHECK(support_of<op::residue_rank_sums, ForEach> == Support::none);
  CHECK(support_of<
            op::residue_rank_sums,
            Backend<::test::Only<op::for_each, op::copy, op::iota, op::stable_sort_by_key, op::transform_reduce>>> ==
        Support::derived);
}

TEST_CASE("an operation that a backend lacks fails the kit, unless the plan lists it as declined", "[dispatch]") {
  Context<NoProducts> ctx;
  conformance::Report unlisted{"NoProducts"};
  conformance::run_operation<op::gemm, NoProducts>(ctx, unlisted);
  CHECK(unlisted.failed() == 2);  // float and double
  CHECK_FALSE(unlisted.ok());
  CHECK(unlisted.operations.front().failures.front().find("gemm of float: ") != std::string::npos);
  for (const std::vector<std::string>& listed :
       {std::vector<std::string>{"gemm"}, std::vector<std::string>{"gemm of float", "gemm of double"}}) {
    conformance::Plan plan;
    plan.declined = listed;
    conformance::Report report{"NoProducts"};
    conformance::run_operation<op::gemm, NoProducts>(ctx, report, plan);
    CHECK(report.operations.front().declined == 2);
    CHECK(report.failed() == 0);
    CHECK_FALSE(report.ok());  // a row that could not run is not a row that passed
  }
}

TEST_CASE("an operation of another signature fails the kit by name, unless the plan lists it as declined",
          "[dispatch]") {
  using Misfit = Override<Cpu, isonomy::test::Misfit, op::select_k>;
  Context<Misfit> ctx;
  conformance::Plan plan;
  plan.declined = {"select_k of int32"};
  conformance::Report report{"Misfit"};
  conformance::run_operation<op::select_k, Misfit>(ctx, report, plan);
  CHECK(report.failed() == 4);
  CHECK(report.passed() == 0);
  CHECK_FALSE(report.ok());
  CHECK(report.operations.front().declined == 1);
  CHECK(report.operations.front().failures.front().find(
            "select_k of float: Cpu with select_k of Misfit has no member that takes its arguments") !=
        std::string::npos);
}

TEST_CASE("what a plan lists as declined and ran fails the kit", "[dispatch]") {
  Context<Cpu> ctx;
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  plan.declined = {"for_each"};
  conformance::Report report{"Cpu"};
  conformance::run_operation<op::for_each, Cpu>(ctx, report, plan);
  CHECK_FALSE(report.ok());
  CHECK(report.failed() == 1);
}

TEST_CASE("one row runs alone by its label, with the data it has among the others", "[dispatch]") {
  Context<Cpu> ctx{cpu::ContextOptions{.seed = 7}};
  conformance::Plan plan;
  plan.level = conformance::Level::quick;
  conformance::Report all{"Cpu"};
  conformance::run_operation<op::select_k, Cpu>(ctx, all, plan);
  const conformance::RowResult& row = all.operations.front().rows.at(100);
  plan.row = row.row;
  conformance::Report one{"Cpu"};
  conformance::run_operation<op::select_k, Cpu>(ctx, one, plan);
  REQUIRE(one.ok());
  REQUIRE(one.operations.front().rows.size() == 1);
  CHECK(one.operations.front().rows.front().decisions == row.decisions);
  CHECK(one.operations.front().rows.front().bits == row.bits);
  plan.row = "no such row";
  conformance::Report none{"Cpu"};
  conformance::run_operation<op::select_k, Cpu>(ctx, none, plan);
  CHECK_FALSE(none.ok());
}

TEST_CASE("the kit does not pass a backend without operations", "[dispatch]") {
  Context<Nothing> ctx;
  const conformance::Report report = conformance::run_all<Nothing>(ctx);
  CHECK_FALSE(report.ok());
  CHECK(report.operations.size() == std::tuple_size_v<op::all>);
  for (const conformance::OperationResult& r : report.operations) {
    INFO(r.operation);
    CHECK(r.failed > 0);
    CHECK(r.passed + r.declined == 0);
  }
  for (const Capability& c : capability_table<Nothing>()) CHECK(c.support == Support::none);
}
