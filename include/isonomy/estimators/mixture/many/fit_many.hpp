// Fits of one model to many data sets at once: toys of a parametric bootstrap, coverage, the cells of a grid.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/backend/buffer.hpp"
#include "isonomy/backend/host_threads.hpp"
#include "isonomy/backend/stage_timer.hpp"
#include "isonomy/core/check.hpp"
#include "isonomy/core/control.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/report.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/estimators/mixture/normal/fit.hpp"
#include "isonomy/ops/for_each.hpp"
#include "isonomy/ops/memory.hpp"

namespace isonomy::mixture {

/// What came out, in the order of the data sets.
struct ManyFits {
  std::vector<FitResult> fits;      ///< each as fit() gives it
  std::vector<std::string> errors;  ///< of each: nothing, or the message of the error that ended its fit
  Report report;                    ///< of all; memory: the sum over threads

  [[nodiscard]] bool valid(std::size_t i) const { return errors[i].empty() && fits[i].minimum.valid(); }
};

namespace detail {

/// The parameters to start from: the same for every data set, or what start(ctx, i, x) returns.
template <class Start, class Ctx, class View>
[[nodiscard]] decltype(auto) start_of(const Start& start, Ctx& ctx, index_t i, View x) {
  if constexpr (std::same_as<Start, std::vector<double>>)
    return (start);
  else
    return start(ctx, i, x);
}

/// Fits that workers take from one counter, whoever is free the next. one(ctx, room, i) returns fit number i; `room`
/// is a worker's own, left over from its last fit.
template <ContextLike Ctx, class Room, class One>
class FitQueue {
 public:
  FitQueue(Ctx& ctx, index_t count, const One& one, ManyFits& result)
      : ctx_(ctx), count_(count), one_(one), result_(result), progress_(ctx.control(), "fit_many", count) {
    result_.fits.resize(static_cast<std::size_t>(count));
    result_.errors.resize(static_cast<std::size_t>(count));
  }

  void run() {
    if constexpr (!requires { Ctx(ctx_.for_task(1)); }) {
      work(ctx_);
    } else if constexpr (std::same_as<typename Ctx::space, HostSpace>) {
      workers_ = static_cast<int>(std::min<index_t>(std::max(ctx_.threads(), 1), count_));
      for_each(ctx_, workers_, Worker{this});
    } else {
      workers_ = static_cast<int>(std::min<index_t>(host_threads(), count_));
      synchronize(ctx_);  // what is queued on it others may read
      on_host_threads(workers_, Worker{this});
    }
  }
  [[nodiscard]] std::size_t bytes_peak() const { return bytes_peak_; }

 private:
  struct Worker {
    FitQueue* queue;
    void operator()(index_t) const {
      Ctx own(queue->ctx_.for_task(queue->workers_));
      queue->lend(own);
      try {
        queue->work(own);
      } catch (...) {
        queue->take_back(own);
        throw;
      }
      queue->take_back(own);
    }
  };

  /// What compositions keep beside a context, traces, checks and declines, goes to a worker's own and back.
  void lend(Ctx& own) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if constexpr (requires { ctx_.lend_kept(own); }) ctx_.lend_kept(own);
  }
  void take_back(Ctx& own) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if constexpr (requires { ctx_.take_back_kept(own); }) ctx_.take_back_kept(own);
    ctx_.counters().bytes_moved += own.counters().bytes_moved;
  }
  void work(Ctx& ctx) {
    try {
      Room room;
      for (index_t i = next_++; i < count_; i = next_++) {
        fit(ctx, room, i);
        progress_.advance();
      }
    } catch (...) {
      next_ = count_;  // the others end with the fit that they are at
      throw;
    }
    bytes_peak_ += ctx.counters().bytes_peak;
  }
  void fit(Ctx& ctx, Room& room, index_t i) {
    const auto place = static_cast<std::size_t>(i);
    try {
      result_.fits[place] = one_(ctx, room, i);
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      result_.errors[place] = error.what();
    }
  }

  Ctx& ctx_;
  index_t count_;
  const One& one_;
  ManyFits& result_;
  ProgressMeter progress_;
  int workers_ = 1;
  std::mutex mutex_;
  std::atomic<index_t> next_{0};
  std::atomic<std::size_t> bytes_peak_{0};
};

/// How many fits are without a minimum, and what became of the first of them.
inline void note_failures(ManyFits& result) {
  std::size_t failed = 0, first = 0;
  for (std::size_t i = 0; i < result.fits.size(); ++i)
    if (!result.valid(i) && failed++ == 0) first = i;
  if (failed == 0) return;
  const std::string& error = result.errors[first];
  result.report.warnings.push_back(
      text::joined("fits without a minimum: ", failed, " of ", result.fits.size(), "; the first, number ", first, ": ",
                   error.empty() ? name(result.fits[first].minimum.status) : error.c_str()));
}

/// fit_many over data sets that one(ctx, room, i) fits.
template <class T, class Room, ContextLike Ctx, class Start, class One>
ManyFits run_fits(Ctx& ctx, const NormalModel& model, index_t count, const Start& start, const MinimizeOptions& options,
                  const One& one) {
  require_model(model);
  static_cast<void>(fixed_parameters(model, options.fixed));
  if constexpr (std::same_as<Start, std::vector<double>>) static_cast<void>(components_of(model, start));
  check::that(count >= 0, "fit_many", "count is ", count, "; it must be at least 0");
  ManyFits result;
  StageTimer timer(ctx, result.report);
  FitQueue<Ctx, Room, One> queue(ctx, count, one, result);
  queue.run();
  timer.lap("fits");
  describe<op::mixture_sums, T, SharedMeanPair>(ctx, "mixture::fit_many", result.report);
  result.report.bytes_peak = std::max(result.report.bytes_peak, queue.bytes_peak());
  note_failures(result);
  return result;
}

struct NoRoom {};

}  // namespace detail

/// fit() of `model` to each data set, from `start`: parameters, or start(ctx, i, x), which returns those of data set
/// number i with the points x, on the context of the thread that fits it (automatic_start, say).
///
/// Every fit has the bits of fit() alone, whatever the number of threads; these share the fits, so that few data sets
/// that are large are better fitted one after the other. On a device every thread of the host has a context of its own
/// there, whose work the device does beside that of the others. A fit that an error of the library ends does not end
/// the others: its message stands in its place. Other exceptions, of `start` for example, do.
///
/// sets: float or double, any stride, in the context's memory; columns of a matrix (transposed(x): its rows) are data
/// sets of equal size. Memory: a FitResult a fit, and on each thread what a fit takes, below its share of the context's
/// limit. Fits are reported as stage "fit_many".
///
/// Before any fit: ValueError and ShapeError for a model, common start or fixed name outside its domain, ShapeError for
/// an unusable matrix. Cancelled. Warning: how many fits have no minimum.
template <ContextLike Ctx, class T, class Start>
[[nodiscard]] ManyFits fit_many(Ctx& ctx, const NormalModel& model,
                                const std::vector<VectorView<T, typename Ctx::space>>& sets, const Start& start,
                                const MinimizeOptions& options = {}) {
  const auto one = [&](Ctx& own, detail::NoRoom&, index_t i) {
    const VectorView<T, typename Ctx::space> x = sets[static_cast<std::size_t>(i)];
    return fit(own, model, x, detail::start_of(start, own, i, x), options);
  };
  return detail::run_fits<std::remove_const_t<T>, detail::NoRoom>(ctx, model, static_cast<index_t>(sets.size()), start,
                                                                  options, one);
}
/// The same, one data set a column.
template <ContextLike Ctx, class T, class Start>
[[nodiscard]] ManyFits fit_many(Ctx& ctx, const NormalModel& model, MatrixView<T, typename Ctx::space> sets,
                                const Start& start, const MinimizeOptions& options = {}) {
  check::usable(sets, "fit_many", "sets");
  const auto one = [&](Ctx& own, detail::NoRoom&, index_t i) {
    const VectorView<T, typename Ctx::space> x = sets.column(i);
    return fit(own, model, x, detail::start_of(start, own, i, x), options);
  };
  return detail::run_fits<std::remove_const_t<T>, detail::NoRoom>(ctx, model, sets.columns, start, options, one);
}
/// The same for `count` data sets that set(i, x) puts into x, an std::vector<T> left over from another one, on the
/// thread that fits them: one data set a thread is in memory. NormalToys is such a function.
template <class T = double, ContextLike Ctx, std::invocable<index_t, std::vector<T>&> Set, class Start>
[[nodiscard]] ManyFits fit_many(Ctx& ctx, const NormalModel& model, index_t count, const Set& set, const Start& start,
                                const MinimizeOptions& options = {}) {
  const auto one = [&](Ctx& own, std::vector<T>& room, index_t i) {
    set(i, room);
    const auto fit_view = [&](auto x) { return fit(own, model, x, detail::start_of(start, own, i, x), options); };
    if constexpr (std::same_as<typename Ctx::space, HostSpace>) {
      return fit_view(view(std::as_const(room)));
    } else {
      const auto uploaded = to_device(own, room, "fit_many");
      return fit_view(uploaded.view());
    }
  };
  return detail::run_fits<T, std::vector<T>>(ctx, model, count, start, options, one);
}

}  // namespace isonomy::mixture
