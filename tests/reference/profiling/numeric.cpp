// Profiling of tensors against the golden tables of AAanalysis 1.1.0.
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/numeric/fit_numeric.hpp"
#include "support/catch.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/rows.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A tensor a part with the values of all scales, padded with NaN on the right.
struct ScaleTensors {
  std::vector<std::vector<double>> values;
  std::vector<std::vector<Range>> residues;
  std::vector<NumericPart<HostSpace>> parts;

  ScaleTensors(const LabelledWindows& rows, const std::vector<Part>& names, const ScaleTable& scales) {
    for (const Part name : names) {
      std::size_t longest = 0;
      for (const Window& w : rows.windows) longest = std::max(longest, part_residues(w, name).size());
      const auto d_count = static_cast<std::size_t>(scales.size());
      std::vector<double> tensor(rows.size() * longest * d_count, missing);
      std::vector<Range> ranges;
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto text = part_residues(rows.windows[i], name);
        ranges.push_back({0, static_cast<index_t>(text.size())});
        for (std::size_t r = 0; r < text.size(); ++r)
          for (std::size_t d = 0; d < d_count; ++d)
            tensor[(i * longest + r) * d_count + d] =
                scales.values(static_cast<index_t>(d))[static_cast<std::size_t>(scales.alphabet().code(text[r]))];
      }
      values.push_back(std::move(tensor));
      residues.push_back(std::move(ranges));
      const auto n = static_cast<index_t>(rows.size()), length = static_cast<index_t>(longest), d = scales.size();
      parts.push_back({name, {values.back().data(), n, length, d, length * d, d, 1}, {}});
    }
    for (std::size_t k = 0; k < parts.size(); ++k) parts[k].residues = residues[k];
  }
};

}  // namespace

TEST_CASE("scales written into tensors give the reference's numeric run on DOM_GSEC", "[reference][profiling]") {
  const auto rows = dom_gsec();
  const auto scales = aaontology();
  const ScaleTensors tensors(rows, default_parts(), scales);
  Context<Cpu> ctx;
  const auto result = fit_numeric<aaanalysis_1_1>(ctx, tensors.parts, rows.labels, scales);
  check_rows(result.features, golden_features("run_num_dom_gsec.tsv"));
  CHECK(result.funnel.n_candidates == 580140);
}

TEST_CASE("random tensors, dense and with missing residues, give the reference's runs", "[reference][profiling]") {
  const auto input = golden("run_num_input.tsv");
  const auto table = golden("run_num_random.tsv");
  const auto scales = aaontology().select({"ANDN920101", "KYTJ820101", "CHOP780212", "KLEP840101", "QIAN880106"});
  const std::string variant = GENERATE("dense", "missing");
  SplitMix64 random(14);
  std::vector<std::vector<double>> values;
  std::vector<NumericProtein> proteins;
  std::vector<int> labels;
  std::size_t residue = 0;
  for (index_t row = 0; row < input.size(); ++row) {
    const auto length = input.cell(row, "sequence").size();
    const auto start = static_cast<index_t>(number_of(input.cell(row, "tmd_start")));
    const auto stop = static_cast<index_t>(number_of(input.cell(row, "tmd_stop")));
    labels.push_back(static_cast<int>(number_of(input.cell(row, "label"))));
    std::vector<double> tensor(length * 5);
    for (double& x : tensor) x = random.unit();
    for (std::size_t r = 0; r < length; ++r, ++residue) {
      const auto at = static_cast<index_t>(r);
      if (labels.back() == 1 && at >= start - 1 && at < stop) tensor[r * 5] = 0.5 * tensor[r * 5] + 0.5;
      if (labels.back() == 1 && at >= start + 3 && at < start + 8) tensor[r * 5 + 2] *= 0.25;
      if (variant == "missing" && residue % 53 == 17)
        std::fill_n(tensor.begin() + static_cast<std::ptrdiff_t>(r * 5), 5, missing);
    }
    values.push_back(std::move(tensor));
    proteins.push_back({std::string(input.cell(row, "entry")),
                        row_major<HostSpace, const double>(values.back().data(), static_cast<index_t>(length), 5),
                        start, stop});
  }
  Context<Cpu> ctx;
  const NumericWindows<Cpu> windows(ctx, proteins);
  ProfileOptions o;
  o.n_filter = 40;
  o.redundancy = Redundancy::exact;
  o.max_overlap = 1;
  const auto result = fit_numeric<aaanalysis_1_1>(ctx, windows.parts(), labels, scales, o);
  INFO(variant);
  check_rows(result.features, feature_rows(table, "p_val_mann_whitney",
                                           [&](index_t row) { return table.cell(row, "variant") == variant; }));
}
