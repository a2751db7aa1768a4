// The kernels of sums over mixtures, residue pairs, rank sums, row statistics and selections of candidates against
// Backend<Reference>: exit code 0 where the bits are the same and the emulated device found no fault, else 1 with what
// is wrong. Arguments: names of kernels; none: all of them.
//
// Compiled with one of the faulty launch headers of faults.sh first, it must fail: see cases.txt.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "emulation/machine/control.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/conformance/cases/problems/feature_problems.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/mixture/blocks.hpp"
#include "isonomy/ops/mixture/mixture_sums.hpp"
#include "isonomy/ops/mixture/multivariate_mixture_sums.hpp"
#include "isonomy/ops/mixture/weighted_mixture_sums.hpp"
#include "isonomy/ops/residue/joint_residue_counts.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"
#include "isonomy/reference/reference.hpp"

using namespace isonomy;

namespace {

std::vector<double> numbers(index_t n, std::uint64_t seed) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) x.push_back(4 * random_unit(seed, static_cast<std::uint64_t>(i)) - 2);
  return x;
}
std::vector<double> parts(const std::vector<DoubleDouble>& sums) {
  std::vector<double> flat;
  for (const DoubleDouble& s : sums) flat.push_back(s.high), flat.push_back(s.low);
  return flat;
}

/// log2 peaks, means and curvatures of some components.
const std::vector<double> table{-1.5, -2, -1.25, -1, 0.25, 1.5, -2.5, -0.5, -1.5};

template <class Ctx>
std::vector<double> pair(Ctx& ctx) {
  SharedMeanPair term;
  term.mean = 0.25;
  term.difference = 1.5;
  term.curvature = -2;
  term.peak = -1.25;
  term.wide_curvature = -0.125;
  const auto x = to_device(ctx, numbers(2 * block_points + 77, 1));
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::hessian)));
  mixture_sums(ctx, term, MixtureOrder::hessian, x.view(), view(sums));
  return parts(sums);
}
template <class Ctx>
std::vector<double> weighted(Ctx& ctx) {
  const auto at = to_device(ctx, table);
  const Weighted<NormalComponents> term{{at.data(), at.data() + 3, at.data() + 6, 3}};
  const auto x = to_device(ctx, numbers(block_points + 50, 2)), w = to_device(ctx, numbers(block_points + 50, 3));
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::gradient)));
  weighted_mixture_sums(ctx, term, MixtureOrder::gradient, x.view(), w.view(), view(sums));
  return parts(sums);
}
/// d dimensions, full covariances: in few a warp has a component, in many a block of points.
template <class Ctx>
std::vector<double> normals(Ctx& ctx, int d) {
  const int k = 3, triangle = d * (d + 1) / 2;
  std::vector<double> flat{-1.5, -2, -1.25};
  for (const double v : numbers(index_t{k} * (d + triangle), 4)) flat.push_back(v);
  const auto at = to_device(ctx, flat);
  const MultivariateNormals term{at.data(), at.data() + k, at.data() + k + k * d, k, d, Covariance::full};
  const index_t n = 3000;
  const auto x = to_device(ctx, numbers(n * d, 5));
  std::vector<DoubleDouble> sums(static_cast<std::size_t>(term.outputs(MixtureOrder::gradient)));
  multivariate_mixture_sums(ctx, term, MixtureOrder::gradient, row_major<typename Ctx::space>(x.data(), n, d),
                            view(sums));
  return parts(sums);
}
template <class Ctx>
std::vector<double> residues(Ctx& ctx) {
  const index_t n = 9000, codes = 5;
  std::vector<std::uint8_t> flat;
  for (index_t i = 0; i < 4 * n; ++i)
    flat.push_back(static_cast<std::uint8_t>(random_below(codes, 6, static_cast<std::uint64_t>(i))));
  const auto x = to_device(ctx, flat);
  const auto pairs = to_device(ctx, std::vector<PositionPair>{{0, 1}, {1, 1}, {3, 2}, {2, 0}});
  Matrix<std::uint32_t, typename Ctx::tag> out(ctx, 4, residue_pairs(codes));
  joint_residue_counts(ctx, row_major<typename Ctx::space>(x.data(), 4, n), pairs.view(), out.view());
  const VectorView<const std::uint32_t, typename Ctx::space> counts(out.data(), out.rows() * out.columns());
  std::vector<double> result;
  for (const std::uint32_t c : to_host<Ctx, std::uint32_t>(ctx, counts)) result.push_back(c);
  return result;
}
/// Of two layouts, so many rows that keys are counted in bins, in several windows.
template <class Ctx>
std::vector<double> ranks(Ctx& ctx) {
  const index_t rows = 700, letters = 20, positions = 3;
  std::vector<std::uint8_t> flat;
  for (index_t i = 0; i < positions * rows; ++i)
    flat.push_back(static_cast<std::uint8_t>(random_below(letters, 7, static_cast<std::uint64_t>(i))));
  std::vector<std::int64_t> numerators(2 * max_residue_codes);
  for (std::size_t i = 0; i < numerators.size(); ++i)
    numerators[i] = i % max_residue_codes < letters ? static_cast<std::int64_t>(random_below(1001, 8, i)) : 0;
  const std::vector<std::int64_t> denominators{1000, 1000};
  const std::vector<double> values(numerators.begin(), numerators.end());
  const auto codes = to_device(ctx, flat);
  const auto there = to_device(ctx, numerators), below = to_device(ctx, denominators);
  const auto unused = to_device(ctx, values);
  const auto taken = to_device(ctx, std::vector<std::uint16_t>{0, 2});
  const ResidueSlots split{taken.data(), 2, 2};
  const std::vector<ResidueBlock> blocks{{{codes.data(), rows, 600, 300}, split},
                                         {{codes.data() + 600, rows, 100, 20}, split}};
  const std::vector<RankGroup> groups{{0, 2, 0, 2}};
  const std::vector<std::uint32_t> scales{0, 1};
  std::vector<std::uint64_t> twice_u(2);
  residue_rank_sums<exact>(ctx,
                           {blocks,
                            groups,
                            scales,
                            {there.data(), below.data(), unused.data(), unused.data(), 2},
                            numerators,
                            denominators,
                            letters},
                           twice_u);
  return {twice_u.begin(), twice_u.end()};
}

/// Of two groups, so many rows that they make several pieces, and several rounds of a block.
template <class Arithmetic, class Ctx>
std::vector<double> statistics(Ctx& ctx) {
  using namespace conformance::detail;
  const FeatureData data({.groups = {{1500, 1100}, {200, 50}}, .splits = {{0, 2}}, .window = 3},
                         make_scales({{1000, 0, 1000}, {1000, 0, 1000}}, 20, 9), 10);
  const auto codes = to_device(ctx, data.codes);
  const auto positions = to_device(ctx, data.positions);
  const auto host_groups = data.groups(codes.data());
  const auto groups = to_device(ctx, host_groups);
  const auto slots = to_device(ctx, data.slots(positions.data()));
  const auto places = to_device(ctx, data.places);
  const auto requests = to_device(ctx, data.requests);
  const auto numerators = to_device(ctx, data.scales.numerators),
             denominators = to_device(ctx, data.scales.denominators);
  const auto values = to_device(ctx, data.scales.values), single = to_device(ctx, data.scales.single);
  Buffer<double, typename Ctx::tag> out(ctx, 3 * requests.size());
  row_statistics<Arithmetic>(ctx,
                             FeatureProblem<typename Ctx::space>{
                                 .groups = groups.data(),
                                 .places = places.data(),
                                 .slots = slots.data(),
                                 .requests = requests.data(),
                                 .scales = {numerators.data(), denominators.data(), values.data(), single.data(), 2},
                                 .host_groups = host_groups.data(),
                                 .group_count = groups.size(),
                                 .rows = data.rows,
                                 .test_rows = data.test_rows,
                                 .features = requests.size()},
                             RowValues::averaged, row_major<typename Ctx::space>(out.data(), requests.size(), 3));
  return to_host(ctx, out);
}

/// Of several blocks, in several rounds of each.
template <class Ctx>
std::vector<double> candidates(Ctx& ctx) {
  const index_t n = 9001;
  const auto x = to_device(ctx, numbers(n, 11));
  Buffer<index_t, typename Ctx::tag> places(ctx, n);
  Buffer<double, typename Ctx::tag> values(ctx, n);
  const CandidateCut cut = select_candidates(ctx, x.view(), 700, 1e-3, places.view(), values.view());
  std::vector<double> result{static_cast<double>(cut.counted), static_cast<double>(cut.chosen), cut.value, cut.next};
  const VectorView<const index_t, typename Ctx::space> chosen(places.data(), cut.chosen);
  for (const index_t p : to_host<Ctx, index_t>(ctx, chosen)) result.push_back(static_cast<double>(p));
  return result;
}

/// Shares of blocks that show in which order they were added.
template <MemorySpace Space>
struct Share {
  index_t first;
  MatrixView<double, Space> out;

  ISONOMY_HD void operator()(index_t b) const {
    for (index_t o = 0; o < out.rows; ++o)
      out(o, b) = (o % 2 == 0 ? 1e9 : 1) / static_cast<double>(1 + (first + b) * 7919 % 65537);
  }
};
/// The blocks of 1e8 points.
template <class Ctx>
std::vector<double> pass(Ctx& ctx) {
  std::vector<DoubleDouble> sums(11);
  add_blocks(ctx, "pass", 100000000 / block_points + 1, detail::blocks_at_once<Ctx>(11), view(sums),
             [&](index_t first, index_t count, MatrixView<double, typename Ctx::space> out) {
               for_each(ctx, count, Share<typename Ctx::space>{first, out});
             });
  return parts(sums);
}
template <class Ctx>
std::vector<double> result(const std::string& kernel, Ctx& ctx) {
  if (kernel == "pair") return pair(ctx);
  if (kernel == "weighted") return weighted(ctx);
  if (kernel == "components") return normals(ctx, 5);
  if (kernel == "dimensions") return normals(ctx, 9);
  if (kernel == "pass") return pass(ctx);
  if (kernel == "ranks") return ranks(ctx);
  if (kernel == "candidates") return candidates(ctx);
  if (kernel == "integers") return statistics<exact>(ctx);
  if (kernel == "rows") return statistics<aaanalysis_1_1>(ctx);
  return residues(ctx);
}

/// What is wrong with a kernel; empty if nothing is.
std::string fault_of(const std::string& kernel) {
  emulation::clear_fault();
  try {
    Context<Reference> host;
    Context<Cuda> device;
    const std::uint64_t before = emulation::statistics().waits;
    const std::vector<double> got = result(kernel, device);
    const std::uint64_t waits = emulation::statistics().waits - before;
    if (kernel == "pass" && waits > 4) return "a pass over 1e8 points waits " + std::to_string(waits) + " times";
    const bool same = got == result(kernel, host);
    if (!emulation::fault().empty()) return emulation::fault();
    return same ? "" : "other bits than the reference";
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> kernels(argv + 1, argv + argc);
  if (kernels.empty())
    kernels = {"pair",  "weighted", "components", "dimensions", "residues",
               "ranks", "integers", "rows",       "candidates", "pass"};
  int faults = 0;
  for (const std::string& kernel : kernels) {
    const std::string fault = fault_of(kernel);
    std::printf("%s: %s\n", kernel.c_str(), fault.empty() ? "the reference's bits" : fault.c_str());
    faults += fault.empty() ? 0 : 1;
  }
  return faults == 0 ? 0 : 1;
}
