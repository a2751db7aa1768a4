#include "profiling.hpp"

#include "../../synthetic.hpp"
#include "context.hpp"
#include "isonomy/compiled/profiling.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/profiling/scales/aaontology.hpp"

namespace isonomy::gates {

Sequences synthetic_sequences(index_t n, bool other) {
  Sequences out;
  benchmark::SyntheticSequences rows(n);
  profiling::Window window, first;
  for (int label = 0; rows.next(window, label);) {
    if (out.set.size() == 0) first = window;
    const bool again = other && out.set.size() == 1;
    out.set.append(again ? first : window, label);
    out.residues += static_cast<double>((again ? first : window).residues.size());
  }
  return out;
}

profiling::ScaleTable published_scales(index_t step) {
  profiling::ScaleTable all = profiling::aaontology();
  if (step == 1) return all;
  std::vector<std::string> ids;
  for (index_t s = 0; s < all.size(); s += step) ids.push_back(all.info(s).id);
  return all.select(ids);
}

profiling::ProfileResult profile(Host& host, const profiling::SequenceSet& set, const profiling::ScaleTable& scales) {
  return profiling::fit(host.ctx, set, scales);
}

std::string difference_of(const profiling::ProfileResult& device, const profiling::ProfileResult& host) {
  const auto counts = [](const profiling::ProfileResult& r) {
    const profiling::Funnel& f = r.funnel;
    return std::vector<index_t>{f.n_candidates,
                                f.n_within_spread,
                                f.n_after_prefilter,
                                f.n_after_redundancy,
                                f.n_final,
                                r.evaluated_row_by_row,
                                static_cast<index_t>(r.features.size())};
  };
  if (std::string found = difference_of("counts of features", counts(device), counts(host)); !found.empty())
    return found;
  const auto statistics = [](const profiling::FeatureRow& f) {
    return std::vector<double>{f.abs_auc, f.abs_mean_dif, f.mean_dif, f.std_test, f.std_ref, f.p_value, f.p_val_fdr_bh};
  };
  for (std::size_t i = 0; i < host.features.size(); ++i) {
    const profiling::FeatureRow &d = device.features[i], &h = host.features[i];
    if (d.feature != h.feature || d.positions != h.positions)
      return text::joined("feature ", i, ": ", d.feature, " on the device and ", h.feature, " on the host");
    if (std::string found = difference_of("statistics of " + h.feature, statistics(d), statistics(h)); !found.empty())
      return found;
  }
  return {};
}

}  // namespace isonomy::gates
