// Profiling runs in both arithmetics, with every test.
#include <string>

#include "bits/results.hpp"

#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"
#include "isonomy/estimators/profiling/sequences/sequence_set.hpp"
#include "isonomy/estimators/profiling/sequences/window.hpp"
#include "isonomy/estimators/profiling/tables/feature_matrix.hpp"
#include "isonomy/estimators/profiling/tables/feature_table.hpp"

using namespace isonomy;
using namespace isonomy::profiling;

namespace {

SequenceSet sequences() {
  const std::string letters = "ACDEFGHIKLMNPQRSTVWY",
                    rich[2] = {letters + "LLLLVVIIAAAGGGSST", letters + "LLVVVIIIAAAGGFF"};
  std::uint64_t counter = 0;
  const auto text = [&](std::uint64_t length, const std::string& from) {
    std::string out;
    for (std::uint64_t i = 0; i < length; ++i) out += from[random_below(from.size(), 3, counter++)];
    return out;
  };
  SequenceSet set(default_parts(), {}, Alphabet::canonical());
  for (std::size_t i = 0; i < 70; ++i) {
    const std::string before = text(10, letters), middle = text(18 + i % 7, rich[i % 2]), after = text(10, letters);
    set.append(window_from_parts("s" + std::to_string(i), before, middle, after), i % 2 == 0 ? 1 : 0);
  }
  return set;
}

ScaleTable scales() {
  const ScaleTable all = aaontology();
  std::vector<std::string> ids;
  for (index_t d = 0; d < all.size(); d += 12) ids.push_back(all.info(d).id);
  return all.select(ids);
}

bits::Line& add_rows(bits::Line& line, const std::vector<FeatureRow>& rows) {
  for (const FeatureRow& f : rows) {
    line.add(f.feature).add(f.positions).add(f.abs_auc).add(f.abs_mean_dif).add(f.mean_dif).add(f.std_test);
    line.add(f.std_ref).add(f.p_value).add(f.p_val_fdr_bh);
  }
  return line;
}

template <class Arithmetic>
void run(const std::string& arithmetic) {
  Context<Cpu> ctx;
  const SequenceSet set = sequences();
  const ScaleTable table = scales();
  const char* const names[] = {"mann_whitney", "t_test", "mann_whitney_scipy"};
  ProfileResult result;
  for (const Test test : {Test::mann_whitney, Test::t_test, Test::mann_whitney_scipy}) {
    ProfileOptions options;
    options.test = test;
    options.max_cor = 0.9;
    result = fit<Arithmetic>(ctx, set, table, options);
    bits::Line line("profiling." + arithmetic + "." + names[static_cast<int>(test)]);
    add_rows(line, result.features).add(static_cast<double>(result.funnel.n_final));
  }
  std::vector<Feature> features;
  for (const FeatureRow& f : result.features) features.push_back(parse_feature(f.feature));
  DescribeOptions t_test;
  t_test.test = Test::t_test;
  bits::Line described("profiling." + arithmetic + ".describe");
  add_rows(described, describe_features<Arithmetic>(ctx, set, table, features, t_test).features);
  const auto x = feature_matrix<Arithmetic>(ctx, set, table, features);
  bits::Line line("profiling." + arithmetic + ".matrix");
  for (index_t i = 0; i < x.rows() * x.columns(); ++i) line.add(x.data()[i]);
}

}  // namespace

void bits::profiling() {
  run<exact>("exact");
  run<aaanalysis_1_1>("aaanalysis_1_1");
}
