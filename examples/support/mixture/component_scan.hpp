// The number of components chosen from several: a fit of each, compared by BIC.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../program/resident.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/estimators/mixture/normal/model.hpp"
#include "isonomy/estimators/mixture/normal/start.hpp"
#include "isonomy/io/reports/mixture_report.hpp"
#include "mixture_options.hpp"
#include "pass_counter.hpp"
#include "start_error.hpp"

namespace examples {

using isonomy::text::joined;

namespace detail {

/// How many components of a usable fit are spikes; of one from a start that was given, no search having said how far
/// the points spread, by their numbers of points alone.
inline int spikes_of(const isonomy::io::MixtureFit& fit) {
  if (!fit.usable()) return 0;
  return isonomy::mixture::spikes(fit.model, fit.result.minimum.parameters, static_cast<double>(fit.points),
                                  fit.starts.spread);
}

/// What a choice goes by. A fit with a spike is as unusable for it as one that has no maximum.
inline isonomy::io::TriedComponents tried_components(const isonomy::io::MixtureFit& fit, bool chosen) {
  const isonomy::mixture::FitResult& result = fit.result;
  const bool spike = spikes_of(fit) > 0;
  return {fit.model.components,
          result.names.size(),
          result.minimum.nll,
          result.aic,
          result.bic,
          spike ? "spike" : fit.status(),
          fit.usable() && !spike,
          chosen};
}

/// A fit from a start of its own, without profiles, for every number of components that the options give and the points
/// are enough for. The usable one with the least BIC is chosen, of equal ones the first; none if none is usable.
template <class T, class Ctx>
std::vector<isonomy::io::TriedComponents> try_components(Ctx& ctx, PointsView<Ctx, T> x, const MixtureOptions& options,
                                                         PassCounter& passes) {
  std::vector<isonomy::io::TriedComponents> tried;
  const auto most = static_cast<int>(std::min<index_t>(options.most_components, x.size));
  isonomy::io::MixtureFit fit;
  fit.model = options.model;
  fit.points = x.size;
  for (int& k = fit.model.components; k <= most; ++k) {
    passes.begin(joined("components ", k));
    from_points(options.points.path, [&] {
      fit.starts = isonomy::mixture::find_start(ctx, fit.model, x, options.search);
      fit.result = isonomy::mixture::fit(ctx, fit.model, x, fit.starts.parameters, options.minimize);
    });
    tried.push_back(tried_components(fit, false));
  }
  const auto better = [](const auto& a, const auto& b) {
    return a.usable != b.usable ? a.usable : a.usable && a.bic < b.bic;
  };
  const auto best = std::min_element(tried.begin(), tried.end(), better);
  best->chosen = best->usable;
  return tried;
}

/// What was chosen, and how much larger the least BIC of another number is; nothing else is chosen where all are
/// unusable.
inline isonomy::Decision components_decision(const std::vector<isonomy::io::TriedComponents>& tried) {
  isonomy::Decision decision{"components: BIC", "none usable", isonomy::Decision::not_known};
  double next = std::numeric_limits<double>::infinity();
  const isonomy::io::TriedComponents* chosen = nullptr;
  for (const auto& t : tried) {
    if (t.chosen)
      chosen = &t;
    else if (t.usable)
      next = std::min(next, t.bic);
  }
  if (chosen != nullptr) decision = {decision.decision, std::to_string(chosen->components), next - chosen->bic};
  return decision;
}

/// The options of the run that is made of a choice: with the components chosen, or the fewest.
inline MixtureOptions with_components(MixtureOptions options, const std::vector<isonomy::io::TriedComponents>& tried) {
  for (const auto& t : tried)
    if (t.chosen) options.model.components = t.components;
  return options;
}

}  // namespace detail

}  // namespace examples
