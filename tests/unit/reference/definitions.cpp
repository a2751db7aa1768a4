// Backend<Reference> against results known by hand: it is what other backends are compared with.
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "isonomy/core/functional.hpp"
#include "isonomy/core/numeric.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"
#include "support/numbers.hpp"

using namespace isonomy;

namespace isonomy::test {
namespace {

using Naive = Backend<Reference>;

/// Takes the second argument's half from the first: neither commutative nor associative.
struct LessHalf {
  double operator()(double a, double b) const { return a - b / 2; }
};

/// Rows of one position, the tests first, ranked by one scale.
std::uint64_t twice_u_of(const std::vector<std::uint8_t>& codes, index_t tests, std::vector<std::int64_t> numerators,
                         std::int64_t denominator, bool of_aaanalysis) {
  numerators.resize(max_residue_codes);
  std::vector<double> values;
  for (const std::int64_t n : numerators) values.push_back(static_cast<double>(n) / static_cast<double>(denominator));
  const auto rows = static_cast<index_t>(codes.size());
  const std::uint16_t position = 0;
  const ResidueBlock block{{codes.data(), rows, rows, tests}, {&position, 1, 1}};
  const RankGroup group{0, 1, 0, 1};
  const std::uint32_t scale = 0;
  const std::vector<std::int64_t> denominators{denominator};
  const RankProblem<HostSpace> problem{
      std::span(&block, 1), std::span(&group, 1),
      std::span(&scale, 1), {numerators.data(), denominators.data(), values.data(), values.data(), 1},
      numerators,           denominators};
  Context<Reference> ctx;
  std::uint64_t out = 77;
  if (of_aaanalysis)
    Naive::residue_rank_sums<aaanalysis_1_1>(ctx, problem, std::span(&out, 1));
  else
    Naive::residue_rank_sums<exact>(ctx, problem, std::span(&out, 1));
  return out;
}

/// Mean difference and spreads of rows of one position, the tests first, under one scale.
template <class Arithmetic>
std::vector<double> statistics_of(const std::vector<std::uint8_t>& codes, index_t tests,
                                  std::vector<std::int64_t> numerators, std::int64_t denominator) {
  numerators.resize(max_residue_codes);
  std::vector<double> values;
  for (const std::int64_t n : numerators) values.push_back(static_cast<double>(n) / static_cast<double>(denominator));
  const auto rows = static_cast<index_t>(codes.size());
  const std::uint16_t position = 0;
  const ResidueRows group{codes.data(), rows, rows, tests};
  const ResidueSlots slots{&position, 1, 1};
  std::vector<RowPlace> places;
  for (std::uint32_t column = 0; column < codes.size(); ++column) places.push_back({0, column});
  const FeatureRequest request{0, 0};
  const FeatureProblem<HostSpace> problem{&group,
                                          places.data(),
                                          &slots,
                                          &request,
                                          {numerators.data(), &denominator, values.data(), values.data(), 1},
                                          &group,
                                          1,
                                          rows,
                                          tests,
                                          1};
  Context<Reference> ctx;
  std::vector<double> out(3, 77);
  Naive::row_statistics<Arithmetic>(ctx, problem, RowValues::averaged, row_major(out.data(), 1, 3));
  return out;
}

}  // namespace
}  // namespace isonomy::test

using namespace isonomy::test;

TEST_CASE("the reference chooses all within the margin of the k-th largest", "[reference_backend]") {
  Context<Reference> ctx;
  const std::vector<double> x{0.5, -1, 3, not_a_number, 2, 2.5};
  std::vector<index_t> places(6, 77);
  std::vector<double> values(6, 77);
  const CandidateCut cut = Naive::select_candidates(ctx, view(x), 2, 0.5, view(places), view(values));
  CHECK(cut == CandidateCut{4, 3, 2.5, 2});
  CHECK(places == std::vector<index_t>{2, 4, 5, 77, 77, 77});
  CHECK(values == std::vector<double>{3, 2, 2.5, 77, 77, 77});
}

TEST_CASE("the reference describes the rows of a feature", "[reference_backend]") {
  // Tests 0.25 and 0.75, references 0.5 and 2.
  const std::vector<double> known{-0.75, 0.25, 0.75};
  CHECK(statistics_of<exact>({0, 1, 2, 3}, 2, {1, 3, 2, 8}, 4) == known);
  CHECK(statistics_of<aaanalysis_1_1>({0, 1, 2, 3}, 2, {1, 3, 2, 8}, 4) == known);
}

TEST_CASE("the reference's gemm is the product, for any strides", "[reference_backend]") {
  Context<Reference> ctx;
  const std::vector<double> a{1, 2, 3, 4, 5, 6}, b{7, 8, 9, 10, 11, 12};
  std::vector<double> out{1, 1, -1, -1, 77, 77, 77, 77};
  // 1 2 3   7  8    58  64
  // 4 5 6 x 9 10 = 139 154
  //        11 12
  Naive::gemm(ctx, 2, row_major(a.data(), 2, 3), row_major(b.data(), 3, 2), 10, row_major(out.data(), 2, 2));
  CHECK(out == std::vector<double>{126, 138, 268, 298, 77, 77, 77, 77});
  Naive::gemm(ctx, 1, transposed(column_major(a.data(), 3, 2)), row_major(b.data(), 3, 2), 0,
              MatrixView<double>(out.data() + 1, 2, 2, 2, 4));
  CHECK(out == std::vector<double>{126, 58, 268, 139, 77, 64, 77, 154});
  Naive::gemm(ctx, 3, column_major(a.data(), 2, 0), column_major(b.data(), 0, 2), 0.5, row_major(out.data(), 2, 2));
  CHECK(out == std::vector<double>{63, 29, 134, 69.5, 77, 64, 77, 154});
}

TEST_CASE("the reference's gemm reads A and B whatever alpha is, and the old output unless beta is 0",
          "[reference_backend]") {
  Context<Reference> ctx;
  const std::vector<double> nan{not_a_number}, zero{0}, infinite{infinity}, one{1};
  const auto product = [&](double alpha, const std::vector<double>& a, const std::vector<double>& b, double beta,
                           double old) {
    Naive::gemm(ctx, alpha, column_major(a.data(), 1, 1), column_major(b.data(), 1, 1), beta, column_major(&old, 1, 1));
    return old;
  };
  CHECK(std::isnan(product(0, nan, one, 1, 5)));
  CHECK(std::isnan(product(0, one, infinite, 1, 5)));
  CHECK(std::isnan(product(1, zero, nan, 0, 5)));
  CHECK(std::isnan(product(1, infinite, zero, 0, 5)));
  CHECK(product(0, one, one, 1, 5) == 5);
  CHECK(product(1, one, one, 0, not_a_number) == 1);
  CHECK(std::isnan(product(1, one, one, 1e-300, not_a_number)));
}

TEST_CASE("the reference's syrk writes both triangles, each with its own old values", "[reference_backend]") {
  Context<Reference> ctx;
  const std::vector<float> a{1, 2, 3, 4};  // rows 1 2 and 3 4
  std::vector<float> out{1, 2, 3, 4};
  Naive::syrk(ctx, 1, row_major(a.data(), 2, 2), 2, row_major(out.data(), 2, 2));
  CHECK(out == std::vector<float>{12, 18, 20, 28});
}

TEST_CASE("the reference's Cholesky factors leave upper triangles alone and name the failing pivot",
          "[reference_backend]") {
  Context<Reference> ctx;
  // 4 . .     2          1 .           4 .
  // 2 5 .  =  1 2     ;  2 4: pivot 2; 2 NaN: pivot 2
  std::vector<double> a{4, 2, 2, -9, 5, 5, -9, -9, 14};
  std::vector<index_t> info{-1, -1};
  Naive::cholesky_batched(ctx, BatchView<double>(a.data(), 1, 3, 3, 9, 1, 3), view(info).subview(0, 1));
  CHECK(a == std::vector<double>{2, 1, 1, -9, 2, 2, -9, -9, 3});
  CHECK(info == std::vector<index_t>{0, -1});
  std::vector<double> failing{1, 2, not_a_number, 4, 4, 2, not_a_number, not_a_number};
  Naive::cholesky_batched(ctx, BatchView<double>(failing.data(), 2, 2, 2, 4, 1, 2), view(info));
  CHECK(info == std::vector<index_t>{2, 2});
  CHECK(std::isnan(failing[2]));
  CHECK(std::isnan(failing[6]));
}

TEST_CASE("the reference's eigenvectors are those known by hand, of the lower triangle alone", "[reference_backend]") {
  Context<Reference> ctx;
  // 5 . .
  // 0 1 .   has -1 with (0, 1, -1), 3 with (0, 1, 1) and 5 with (1, 0, 0); of two largest elements the first is
  // positive. 0 2 1
  const std::vector<double> a{5, 0, 0, not_a_number, 1, 2, not_a_number, not_a_number, 1};
  std::vector<double> w(3), v(9);
  const double half = std::sqrt(0.5);
  Naive::eigh<double>(ctx, column_major(a.data(), 3, 3), view(w), column_major(v.data(), 3, 3));
  CHECK(w == std::vector<double>{-1, 3, 5});
  CHECK(v == std::vector<double>{0, half, -half, 0, half, half, 1, 0, 0});
  w.assign(3, 7), v.assign(9, 7);
  CHECK(Naive::eigh_subset<double>(ctx, column_major(a.data(), 3, 3), Spectrum::between(3, 5), view(w),
                                   column_major(v.data(), 3, 3)) == EigenRange{1, 1});
  CHECK(w == std::vector<double>{3, 7, 7});
  CHECK(v == std::vector<double>{0, half, half, 7, 7, 7, 7, 7, 7});
  std::vector<double> pair(18, not_a_number), values(6), vectors(18);
  std::copy(a.begin(), a.end(), pair.begin() + 9);
  std::vector<index_t> info(2, 7);
  Naive::eigh_batched<double>(ctx, BatchView<const double>(pair.data(), 2, 3, 3, 9, 1, 3),
                              row_major(values.data(), 2, 3), BatchView<double>(vectors.data(), 2, 3, 3, 9, 1, 3),
                              view(info));
  CHECK(info == std::vector<index_t>{-1, 0});
  CHECK((values[0] != values[0] && values[3] == -1 && values[5] == 5));
  CHECK((vectors[8] != vectors[8] && vectors[15] == 1));
}

TEST_CASE("the reference's orthonormal columns and triangle are those known by hand", "[reference_backend]") {
  Context<Reference> ctx;
  // -3 1 0     -0.6 0.8   5 -3 2
  //  4 -3 2.5 = 0.8 0.6 * 0 -1 1.5, whose second column has the other sign
  const std::vector<double> a{-3, 4, 1, -3, 0, 2.5};
  std::vector<double> q(4), r(6, -7);
  Naive::qr<double>(ctx, column_major(a.data(), 2, 3), column_major(q.data(), 2, 2), column_major(r.data(), 2, 3));
  CHECK(q == std::vector<double>{-0.6, 0.8, -0.8, -0.6});
  CHECK(r == std::vector<double>{5, 0, -3, 1, 2, -1.5});
  const std::vector<double> zero(4, 0.0);
  Naive::qr<double>(ctx, column_major(zero.data(), 4, 1), column_major(q.data(), 4, 1), column_major(r.data(), 1, 1));
  CHECK(q == std::vector<double>{1, 0, 0, 0});
  CHECK(r.front() == 0);
}

TEST_CASE("the reference's singular values and vectors are those known by hand", "[reference_backend]") {
  Context<Reference> ctx;
  // 3 (0 1 0)^T (0.6 0.8) + 2 (1 0 0)^T (0.8 -0.6), and its transpose
  const std::vector<double> a{1.6, 1.8, 0, -1.2, 2.4, 0};
  std::vector<double> u(6), s(2), v(4);
  const auto close = [](const std::vector<double>& got, const std::vector<double>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(got[i] - expected[i]) < 1e-15);
  };
  const MatrixView<const double> tall = column_major(a.data(), 3, 2);
  Naive::svd<double>(ctx, tall, column_major(u.data(), 3, 2), view(s), column_major(v.data(), 2, 2));
  close(s, {3, 2});
  close(u, {0, 1, 0, 1, 0, 0});
  close(v, {0.6, 0.8, 0.8, -0.6});
  Naive::svd<double>(ctx, transposed(tall), column_major(v.data(), 2, 2), view(s), column_major(u.data(), 3, 2));
  close(s, {3, 2});
  close(u, {0, 1, 0, 1, 0, 0});
  close(v, {0.6, 0.8, 0.8, -0.6});
  const std::vector<double> zero(6, 0.0);
  Naive::svd<double>(ctx, column_major(zero.data(), 3, 2), column_major(u.data(), 3, 2), view(s),
                     column_major(v.data(), 2, 2));
  CHECK(s == std::vector<double>(2, 0.0));
  CHECK(u == std::vector<double>{1, 0, 0, 0, 1, 0});
  CHECK(v == std::vector<double>{1, 0, 0, 1});
}

TEST_CASE("the reference's reductions follow the chunks, and matrices go by columns", "[reference_backend]") {
  Context<Reference> ctx;
  const index_t n = 2 * reduction_chunk + 3;
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) x.push_back(random_unit(5, static_cast<std::uint64_t>(i)));
  double expected = 3;
  for (const auto& [begin, end] :
       {std::pair{index_t{0}, reduction_chunk}, {reduction_chunk, 2 * reduction_chunk}, {2 * reduction_chunk, n}}) {
    double partial = x[static_cast<std::size_t>(begin)] * x[static_cast<std::size_t>(begin)];
    for (index_t i = begin + 1; i < end; ++i)
      partial = LessHalf{}(partial, x[static_cast<std::size_t>(i)] * x[static_cast<std::size_t>(i)]);
    expected = LessHalf{}(expected, partial);
  }
  CHECK(Naive::transform_reduce(ctx, view(x), 3.0, LessHalf{}, Square{}) == expected);
  CHECK(Naive::transform_reduce(ctx, view(x).subview(0, 0), 3.0, LessHalf{}, Square{}) == 3);
  const std::vector<index_t> offsets{0, 0, n};
  std::vector<double> out(2);
  Naive::segmented_reduce(ctx, view(x), view(std::as_const(offsets)), view(out), 3.0, LessHalf{}, Square{});
  CHECK(out == std::vector<double>{3, expected});
  const std::vector<double> m{1, 2, 4, 8};
  // init - (m0 - m1/2 - m2/2 - m3/2)/2
  CHECK(Naive::transform_reduce(ctx, column_major(m.data(), 2, 2), 0.0, LessHalf{}, Identity{}) == 3);
  CHECK(Naive::transform_reduce(ctx, row_major(m.data(), 2, 2), 0.0, LessHalf{}, Identity{}) == 3);
  const std::vector<double> other{1, 2, 4, 64, 128, 32};
  CHECK(Naive::transform_reduce(ctx, row_major(other.data(), 2, 3), 0.0, LessHalf{}, Identity{}) ==
        -(1 - 64 / 2. - 2 / 2. - 128 / 2. - 4 / 2. - 32 / 2.) / 2);
}

TEST_CASE("the reference sorts stably, zeros of either sign equal, NaN last", "[reference_backend]") {
  Context<Reference> ctx;
  std::vector<double> keys{not_a_number, 2, -0.0, infinity, 0.0, -1, -not_a_number, 2, -0.0};
  std::vector<index_t> values{0, 1, 2, 3, 4, 5, 6, 7, 8};
  Naive::stable_sort_by_key(ctx, view(keys), view(values));
  CHECK(values == std::vector<index_t>{5, 2, 4, 8, 1, 7, 3, 0, 6});
  CHECK(std::signbit(keys[1]));
  CHECK_FALSE(std::signbit(keys[2]));
  CHECK(std::signbit(keys[3]));
  CHECK(keys[6] == infinity);

  std::vector<std::uint32_t> small{9, 8, 7, 6, 5, 4};
  std::vector<char> letters{'a', 'b', 'c', 'd', 'e', 'f'};
  const std::vector<index_t> offsets{1, 1, 3, 5};
  Naive::stable_sort_by_key(ctx, view(small), view(letters), view(std::as_const(offsets)));
  CHECK(small == std::vector<std::uint32_t>{9, 7, 8, 5, 6, 4});
  CHECK(letters == std::vector<char>{'a', 'c', 'b', 'e', 'd', 'f'});
}

TEST_CASE("the reference sorts any number of keys", "[reference_backend]") {
  Context<Reference> ctx;
  for (index_t n = 0; n < 70; ++n) {
    std::vector<std::int64_t> keys, values;
    for (index_t i = 0; i < n; ++i) {
      keys.push_back(static_cast<std::int64_t>(random_below(9, 3, static_cast<std::uint64_t>(100 * n + i))) - 4);
      values.push_back(i);
    }
    const std::vector<std::int64_t> old = keys;
    Naive::stable_sort_by_key(ctx, view(keys), view(values));
    for (std::size_t i = 0; i < keys.size(); ++i) REQUIRE(keys[i] == old[static_cast<std::size_t>(values[i])]);
    for (std::size_t i = 1; i < keys.size(); ++i)
      REQUIRE((keys[i - 1] < keys[i] || (keys[i - 1] == keys[i] && values[i - 1] < values[i])));
  }
}

TEST_CASE("the reference's mid-ranks leave NaN out, and its smallest k are the first of equals",
          "[reference_backend]") {
  Context<Reference> ctx;
  const std::vector<double> x{77, 3, not_a_number, -0.0, 0.0, 3, 3, 8};
  std::vector<double> ranks(x.size(), -1);
  const std::vector<index_t> offsets{1, 7, 8};
  Naive::rank_average(ctx, view(x), view(std::as_const(offsets)), view(ranks));
  CHECK(std::isnan(ranks[2]));
  ranks[2] = 0;
  CHECK(ranks == std::vector<double>{-1, 4, 0, 1.5, 1.5, 4, 4, 1});

  const std::vector<float> rows{2, 1, 2, 1, 0, static_cast<float>(not_a_number), -0.0F, 5};
  std::vector<float> smallest(6, 77);
  std::vector<index_t> columns(6, 77);
  Naive::select_k(ctx, row_major(rows.data(), 2, 4), row_major(smallest.data(), 2, 3),
                  column_major(columns.data(), 2, 3));
  CHECK(smallest == std::vector<float>{1, 1, 2, 0, 0, 5});
  CHECK(columns == std::vector<index_t>{1, 0, 3, 2, 0, 3});
}

TEST_CASE("the reference counts pairs of residues and pairs of rows", "[reference_backend]") {
  Context<Reference> ctx;
  const std::vector<std::uint8_t> codes{0, 1, 1, 0, 2, 2};  // two positions by three rows, by columns
  const std::vector<PositionPair> pairs{{0, 1}, {1, 1}};
  std::vector<std::uint32_t> counts(12, 77);
  Naive::joint_residue_counts(ctx, column_major(codes.data(), 2, 3), view(pairs), row_major(counts.data(), 2, 6));
  CHECK(counts == std::vector<std::uint32_t>{0, 2, 0, 0, 0, 1, 1, 0, 1, 0, 0, 1});

  // Tests 2 and 5 against references 5, 1 and -3: 2 is above two of them, 5 above two and equal to one.
  for (const bool of_aaanalysis : {false, true})
    CHECK(twice_u_of({0, 1, 1, 2, 3}, 2, {2, 5, 1, -3}, 10, of_aaanalysis) == 9);
  // Thirds of 10^-5 round apart only where they lie on both sides of a half: 1/3 -> 0, 2/3 -> 1.
  CHECK(twice_u_of({0, 1}, 1, {1, 0}, 300000, false) == 1);
  CHECK(twice_u_of({0, 1}, 1, {2, 0}, 300000, false) == 2);
  // Halves go to the even neighbour, below 0 too: 0.5 -> 0, 1.5 -> 2, -0.5 -> 0, -1.5 -> -2.
  CHECK(twice_u_of({0, 1}, 1, {1, 0}, 200000, false) == 1);
  CHECK(twice_u_of({0, 1}, 1, {3, 4}, 200000, false) == 1);
  CHECK(twice_u_of({0, 1}, 1, {-1, 0}, 200000, false) == 1);
  CHECK(twice_u_of({0, 1}, 1, {-3, -4}, 200000, false) == 1);
}

TEST_CASE("the reference's sums over a mixture are those of its density", "[reference_backend]") {
  Context<Reference> ctx;
  // One standard normal density: log2 of its peak and -log2(e)/2.
  const double log2_e = 1.4426950408889634, peak = -0.5 * std::log2(2 * 3.141592653589793), mean = 0,
               curvature = -log2_e / 2, factor = std::sqrt(log2_e / 2);
  const NormalComponents term{&peak, &mean, &curvature, 1};
  const std::vector<double> x{0, 77, 1, 77, -2, 77}, w{1, 3, 0.5};
  const VectorView<const double> points(x.data(), 3, 2), weights(w.data(), 3);
  std::vector<double> out(8, 77);
  const double constant = -0.9189385332046727;  // log of the density at 0
  const auto is = [](double value) { return Approx(value).epsilon(1e-14).margin(1e-14); };
  Naive::mixture_sums(ctx, term, MixtureOrder::gradient, points, MatrixView<double>(out.data(), 4, 1, 2, 1));
  CHECK(out[0] == is(3 * constant - 2.5));  // log p, r, r d, r d^2
  CHECK(out[2] == is(3));
  CHECK(out[4] == is(-1));
  CHECK(out[6] == is(5));
  CHECK(out[1] == 77);
  Naive::weighted_mixture_sums(ctx, Weighted<NormalComponents>{term}, MixtureOrder::gradient, points, weights,
                               column_major(out.data(), 5, 1));
  CHECK(out[0] == is(4.5 * constant - 2.5));  // w log p, w, w r, w r d, w r d^2
  CHECK(out[1] == is(4.5));
  CHECK(out[2] == is(4.5));
  CHECK(out[3] == is(2));
  CHECK(out[4] == is(5));
  const MultivariateNormals normals{&peak, &mean, &factor, 1, 1};
  const MatrixView<const double> rows(x.data(), 3, 1, 2, 1);
  Naive::multivariate_mixture_sums(ctx, normals, MixtureOrder::gradient, rows, column_major(out.data(), 4, 1));
  CHECK(out[0] == is(3 * constant - 2.5));
  CHECK(out[1] == is(3));
  CHECK(out[2] == is(-1));
  CHECK(out[3] == is(5));
  Naive::weighted_multivariate_mixture_sums(ctx, normals, MixtureOrder::gradient, rows, weights,
                                            column_major(out.data(), 4, 1));
  CHECK(out[0] == is(4.5 * constant - 2.5));
  CHECK(out[1] == is(4.5));
  CHECK(out[2] == is(2));
  CHECK(out[3] == is(5));
  const std::vector<double> centres{1, -2, 1};  // the first of equals
  const NearestCentres clusters{centres.data(), 3, 1, ClusterMoments::second, Covariance::diagonal};
  out.assign(10, 77);
  Naive::nearest_sums(ctx, clusters, rows, weights, column_major(out.data(), 10, 1));
  CHECK(out == std::vector<double>{1, 4, 0.5, 0, -1, 0, 0, 1, 0, 0});
}
