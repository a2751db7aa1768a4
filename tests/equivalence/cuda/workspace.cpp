// What operations of Backend<Cuda> say that they take from the context, held to what they take.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/compose.hpp"
#include "isonomy/cuda/cuda.cuh"
#include "isonomy/ops/linalg/gemm.hpp"
#include "isonomy/ops/residue/arithmetic.hpp"
#include "isonomy/ops/residue/residue_rank_sums.hpp"
#include "isonomy/ops/residue/row_statistics.hpp"
#include "isonomy/ops/sort/rank_average.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"
#include "isonomy/reference/reference.hpp"
#include "support/catch.hpp"

namespace isonomy::test::workspaces {
namespace {

using Ctx = Context<Cuda>;

/// The most bytes that a call takes from the context.
template <class Call>
std::size_t taken(Ctx& ctx, const Call& call) {
  const std::size_t before = ctx.counters().bytes_allocated;
  ctx.counters().bytes_peak = before;
  call();
  CHECK(ctx.counters().bytes_allocated == before);
  return ctx.counters().bytes_peak - before;
}
std::vector<double> some_numbers(index_t n) {
  std::vector<double> x;
  for (index_t i = 0; i < n; ++i) x.push_back(static_cast<double>(i * 37 % 101));
  return x;
}

/// Rows of one residue each, half of them tests, and scales whose values lie `apart` in the unit of keys.
struct OneResidue {
  index_t rows, scales;
  Buffer<std::uint8_t, Cuda> codes;
  Buffer<std::uint16_t, Cuda> position;
  Buffer<std::int64_t, Cuda> numerators, denominators;
  Buffer<double, Cuda> values;
  ResidueRows group;
  ResidueSlots split;

  OneResidue(Ctx& ctx, index_t n, index_t scale_count, std::int64_t apart) : rows(n), scales(scale_count) {
    std::vector<std::uint8_t> letters;
    for (index_t i = 0; i < n; ++i) letters.push_back(static_cast<std::uint8_t>(i * 7 % 20));
    std::vector<std::int64_t> all;
    for (index_t i = 0; i < scales * max_residue_codes; ++i) all.push_back(i % max_residue_codes * apart);
    codes = to_device(ctx, letters);
    position = to_device(ctx, std::vector<std::uint16_t>{0});
    numerators = to_device(ctx, all);
    denominators = to_device(ctx, std::vector<std::int64_t>(static_cast<std::size_t>(scales), residue::rounding));
    values = to_device(ctx, std::vector<double>(all.begin(), all.end()));
    group = {codes.data(), n, n, n / 2};
    split = {position.data(), 1, 1};
  }
  [[nodiscard]] ScaleViews<DeviceSpace> views() const {
    return {numerators.data(), denominators.data(), values.data(), values.data(), scales};
  }
};

std::size_t taken_by_rank_sums(Ctx& ctx, const OneResidue& data) {
  const std::vector<ResidueBlock> blocks{{data.group, data.split}};
  const std::vector<RankGroup> groups{{0, 1, 0, data.scales}};
  std::vector<std::uint32_t> numbers;
  for (index_t d = 0; d < data.scales; ++d) numbers.push_back(static_cast<std::uint32_t>(d));
  std::vector<std::int64_t> numerators = to_host(ctx, data.numerators), denominators = to_host(ctx, data.denominators);
  std::vector<std::uint64_t> out(numbers.size());
  return taken(ctx, [&] {
    residue_rank_sums<exact>(
        ctx, RankProblem<DeviceSpace>{blocks, groups, numbers, data.views(), numerators, denominators}, out);
  });
}
std::size_t taken_by_statistics(Ctx& ctx, const OneResidue& data) {
  const std::vector<ResidueRows> host{data.group};
  const auto groups = to_device(ctx, host);
  std::vector<RowPlace> rows;
  for (index_t i = 0; i < data.rows; ++i) rows.push_back({0, static_cast<std::uint32_t>(i)});
  const auto places = to_device(ctx, rows);
  const auto slots = to_device(ctx, std::vector<ResidueSlots>{data.split});
  std::vector<FeatureRequest> features;
  for (index_t d = 0; d < data.scales; ++d) features.push_back({0, d});
  const auto requests = to_device(ctx, features);
  Buffer<double, Cuda> out(ctx, 3 * data.scales);
  return taken(ctx, [&] {
    row_statistics<exact>(ctx,
                          FeatureProblem<DeviceSpace>{groups.data(), places.data(), slots.data(), requests.data(),
                                                      data.views(), host.data(), 1, data.rows, data.rows / 2,
                                                      data.scales},
                          RowValues::averaged, row_major<DeviceSpace>(out.data(), data.scales, 3));
  });
}

TEST_CASE("sorts take what they say that they take", "[cuda]") {
  Ctx ctx;
  for (const index_t n : {1, 700, 20000}) {
    const auto x = to_device(ctx, some_numbers(n));
    const auto offsets = to_device(ctx, std::vector<index_t>{0, n / 2, n});
    Buffer<double, Cuda> out(ctx, n);
    Buffer<index_t, Cuda> places(ctx, n);
    const std::size_t ranks = taken(ctx, [&] { rank_average(ctx, x.view(), offsets.view(), out.view()); });
    const std::size_t most_ranks = rank_average_workspace<double>(ctx, n);
    CHECK((ranks <= most_ranks && most_ranks <= ranks + 8));
    const std::size_t chosen =
        taken(ctx, [&] { static_cast<void>(select_candidates(ctx, x.view(), 1, 0, places.view(), out.view())); });
    CHECK(chosen == select_candidates_workspace(ctx, n));
  }
}

TEST_CASE("statistics of residues take at most what they say, and hardly less", "[cuda]") {
  Ctx ctx;
  for (const index_t rows : {1, 60, 3000})
    for (const index_t scales : {1, 40})
      for (const std::int64_t apart : {std::int64_t{1}, std::int64_t{1} << 30}) {
        const OneResidue data(ctx, rows, scales, apart);
        const std::size_t sums = taken_by_rank_sums(ctx, data);
        const std::size_t most = residue_rank_sums_workspace(ctx, scales, rows, 1);
        INFO(rows << " rows, " << scales << " scales, " << apart << " apart: " << sums << " of " << most);
        CHECK(sums <= most);
        if (apart > 1 || rows < 500) CHECK(sums + 100 >= most);  // bins may not do, for all that is known
        const std::size_t statistics = taken_by_statistics(ctx, data);
        const std::size_t most_statistics = row_statistics_workspace(ctx, scales, rows, 1);
        CHECK((statistics <= most_statistics && 2 * statistics >= most_statistics));
      }
}

/// What the five questions are answered with.
template <class Tag>
std::vector<std::size_t> answers() {
  const Context<Tag> ctx;
  return {residue_rank_sums_workspace(ctx, 40, 300, 2), row_statistics_workspace(ctx, 40, 300, 2),
          rank_average_workspace<double>(ctx, 500), select_candidates_workspace(ctx, 500),
          gemm_workspace<double>(ctx, 30, 20, 10)};
}

TEST_CASE("compositions over a device say what the part that runs an operation takes", "[cuda]") {
  const std::vector<std::size_t> of_device = answers<Cuda>();
  for (std::size_t i = 0; i < 4; ++i) CHECK(of_device[i] > 0);
  CHECK(answers<Traced<Cuda>>() == of_device);
  CHECK(answers<Checked<Cuda, Reference>>() == of_device);
  CHECK(answers<Chain<Cuda, Reference, Staging::copy>>() == of_device);
  CHECK(answers<Override<Cuda, Traced<Cuda>, op::rank_average>>() == of_device);
  const std::vector<std::size_t> fewer = answers<Without<Cuda, op::rank_average>>();
  CHECK((fewer[2] == 0 && fewer[0] == of_device[0] && fewer[3] == of_device[3]));
}

}  // namespace
}  // namespace isonomy::test::workspaces
