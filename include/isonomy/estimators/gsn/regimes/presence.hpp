// Which trials of which conditions were measured: in all units, in some, in none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/core/view.hpp"
#include "isonomy/estimators/gsn/covariance/trial_lists.hpp"
#include "isonomy/estimators/gsn/data_view.hpp"
#include "isonomy/ops/for_each.hpp"

namespace isonomy::gsn::detail {

/// out(trial, condition) = the number of the listed units that are not NaN there.
template <class T, MemorySpace Space>
struct CountUnits {
  DataView<T, Space> data;
  VectorView<const index_t, Space> units;
  MatrixView<index_t, Space> out;

  ISONOMY_HD void operator()(index_t at) const {
    const index_t condition = at / data.trials, trial = at % data.trials;
    index_t count = 0;
    for (index_t k = 0; k < units.size; ++k) {
      const T x = data(units(k), condition, trial);
      count += x == x ? 1 : 0;
    }
    out(trial, condition) = count;
  }
};

/// Of each condition, the trials that every unit has, and those that any has.
struct Presence {
  TrialLists whole, some;
  std::vector<index_t> ragged;  ///< conditions in which these are not the same
};

/// As far as these units go.
template <ContextLike Ctx, class T>
[[nodiscard]] Presence presence(Ctx& ctx, const DataView<T, typename Ctx::space>& data,
                                const std::vector<index_t>& of_units) {
  constexpr const char* purpose = "gsn: units of trials";
  Matrix<index_t, typename Ctx::tag> units(ctx, data.trials, data.conditions, purpose);
  const auto list = to_device(ctx, of_units, purpose);
  isonomy::for_each(ctx, data.conditions * data.trials,
                    CountUnits<T, typename Ctx::space>{data, list.view(), units.view()});
  const std::vector<index_t> found = to_host<Ctx, index_t>(
      ctx, VectorView<const index_t, typename Ctx::space>(units.data(), data.conditions * data.trials));
  Presence presence;
  std::vector<std::vector<index_t>> whole(static_cast<std::size_t>(data.conditions)), some = whole;
  for (index_t c = 0; c < data.conditions; ++c) {
    const auto at = static_cast<std::size_t>(c);
    for (index_t t = 0; t < data.trials; ++t) {
      const index_t count = found[static_cast<std::size_t>(c * data.trials + t)];
      if (count == list.size()) whole[at].push_back(t);
      if (count > 0) some[at].push_back(t);
    }
    if (whole[at].size() < some[at].size()) presence.ragged.push_back(c);
  }
  presence.some = TrialLists(std::move(some));
  presence.whole = TrialLists(std::move(whole));
  return presence;
}
/// Of all units.
template <ContextLike Ctx, class T>
[[nodiscard]] Presence presence(Ctx& ctx, const DataView<T, typename Ctx::space>& data) {
  return presence(ctx, data, every(data.units));
}

/// out(unit) = 1 where the unit is NaN everywhere, else 0.
template <class T, MemorySpace Space>
struct FindUnmeasured {
  DataView<T, Space> data;
  VectorView<index_t, Space> out;

  ISONOMY_HD void operator()(index_t unit) const {
    out(unit) = 0;
    for (index_t c = 0; c < data.conditions; ++c)
      for (index_t t = 0; t < data.trials; ++t)
        if (const T x = data(unit, c, t); x == x) return;
    out(unit) = 1;
  }
};

/// ValueError naming the units that are NaN everywhere.
template <ContextLike Ctx, class T>
void require_measured(Ctx& ctx, const DataView<T, typename Ctx::space>& data, const char* operation) {
  Buffer<index_t, typename Ctx::tag> found(ctx, data.units, "gsn: units without trials");
  isonomy::for_each(ctx, data.units, FindUnmeasured<T, typename Ctx::space>{data, found.view()});
  const std::vector<index_t> marks = to_host(ctx, found);
  std::vector<index_t> absent;
  for (const index_t unit : every(data.units))
    if (marks[static_cast<std::size_t>(unit)] != 0) absent.push_back(unit);
  if (!absent.empty())
    throw ValueError(text::joined(operation, ": units ", listed(absent),
                                  " are NaN everywhere; expected one number at least in each; leave them out"));
}

/// ValueError naming conditions without a whole trial, or if none has two.
inline void require_whole_trials(const char* operation, const TrialLists& lists) {
  std::vector<index_t> without;
  const std::vector<index_t> all = every(lists.conditions());
  for (const index_t c : all)
    if (lists.count(c) == 0) without.push_back(c);
  if (!without.empty())
    throw ValueError(text::joined(operation, ": conditions ", listed(without),
                                  " have no trial without NaN; expected one at least in each; leave these conditions "
                                  "out, or take Uneven::missing"));
  if (lists.repeated(all).empty())
    throw ValueError(text::joined(operation,
                                  ": no condition has two trials without NaN; expected one at least, of whose trials "
                                  "noise is the difference; take Uneven::missing for units that lack in turn"));
}

/// ValueError where none of the conditions that train, or that validate, has two trials.
inline void require_repeated(const char* operation, const TrialLists& lists, const std::vector<index_t>& conditions,
                             const char* what) {
  if (lists.repeated(conditions).empty())
    throw ValueError(text::joined(
        operation, ": none of the conditions that ", what, ", ", listed(conditions),
        ", has two trials without NaN; expected one at least; give more trials or conditions, or one level"));
}

}  // namespace isonomy::gsn::detail
