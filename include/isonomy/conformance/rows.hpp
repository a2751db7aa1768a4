// One row of the kit: run, compare, run again, run under every context variant, at the edge of memory and when asked to
// stop.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "isonomy/backend/backend.hpp"
#include "isonomy/conformance/call.hpp"
#include "isonomy/conformance/compare.hpp"
#include "isonomy/conformance/contexts.hpp"
#include "isonomy/conformance/during.hpp"
#include "isonomy/conformance/plan.hpp"
#include "isonomy/conformance/report.hpp"
#include "isonomy/core/random.hpp"
#include "isonomy/core/text.hpp"

namespace isonomy::conformance {

/// The rows of an operation, specialised for each in conformance/cases/.
///
/// `run<Tag, T>(rows)` runs them for one element type that the backend has the operation for. `callable<Tag, T>` asks
/// whether a call of the front door would compile.
template <class Op>
struct Cases;

/// Does the kit check this operation?
template <class Op>
inline constexpr bool has_cases = requires {
  sizeof(Cases<Op>);
};

/// What a functor of the kit throws, to see whether it arrives.
struct FunctorError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs the rows of one operation on one backend.
template <class Tag>
class Rows {
 public:
  /// Calls the operation with operands that the call gives; several calls of it make one row too.
  using Run = std::function<void(Call<Tag>&)>;
  /// Compares outputs with the reference; inputs are compared for it.
  using Check = std::function<void(Verdict&, const Outcome&)>;

  Rows(Context<Tag>& ctx, const Plan& plan, OperationResult& result)
      : ctx_(ctx), plan_(plan), result_(result), variants_(make_contexts<Tag>(ctx.control())) {}

  /// Rows of the next element type: may the backend decline them?
  void declines_listed(bool listed) { declines_listed_ = listed; }
  /// Adds the sizes that rows reached to the result.
  void finish() {
    if (!reach_.any) return;
    result_.smallest = text::joined(reach_.smallest.rows, " x ", reach_.smallest.columns);
    result_.largest = text::joined(reach_.largest.rows, " x ", reach_.largest.columns);
    if (reach_.rows > reach_.largest.rows || reach_.columns > reach_.largest.columns)
      result_.largest += text::joined(" (to ", reach_.rows, " rows, ", reach_.columns, " columns)");
  }

  /// The settings under which bits must repeat.
  [[nodiscard]] std::vector<std::string> contexts() const {
    std::vector<std::string> labels;
    for (const ContextVariant<Tag>& v : variants_) labels.push_back(v.label);
    return labels;
  }
  [[nodiscard]] const Control& control() const { return ctx_.control(); }
  /// Are sizes wanted that take a while?
  [[nodiscard]] bool full() const { return plan_.level == Level::full; }
  /// Is the row asked for? Rows whose references are dear ask before they make them. Of the rows that are not for
  /// `full` alone `quick` runs a third, the same every time.
  [[nodiscard]] bool wants(const std::string& label) const {
    if (plan_.first_failure && result_.failed > 0) return false;
    return plan_.row.empty() ? full() || hash_of(label) % 3 == 0 : plan_.row == label;
  }
  /// Seed of the row's data: from its label and the context's seed, so that a row can be repeated alone.
  [[nodiscard]] std::uint64_t seed(const std::string& label) const {
    return random_bits(ctx_.control().seed, hash_of(label));
  }

  /// Outputs agree with the reference, inputs stay, no workspace is uncounted, and bits repeat: in a second run and
  /// under every variant, and `races` times more under all of them where the order in which threads finish might show.
  ///
  /// For some rows, always the first that is not empty, memory is limited to what the row needs and to a byte less, and
  /// the row is run on a context that was asked to stop.
  void row(const std::string& label, const Run& run, const Check& check, int races = 0) {
    attempt(label, [&](RowResult& entry) {
      const Outcome first = perform(ctx_, run, plan_.heap);
      compare(entry, first, check);
      // A million elements are there for their number: two contexts will do.
      const std::size_t step =
          last_elements_ < 200000 || races > 0 ? 1 : std::max<std::size_t>(variants_.size() - 1, 1);
      for (int round = 0; round <= races; ++round) {
        if (step == 1) repeat(ctx_, "a further run", run, first);
        for (std::size_t v = 0; v < variants_.size(); v += step)
          repeat(*variants_[v].context, variants_[v].label, run, first);
      }
      if (races > 0 || far_larger_than_elsewhere()) elsewhere(run, first);
      if (!sampled(label)) return;
      at_the_limit(run, first);
      asked_to_stop(run);
    });
  }

  /// As `row`, but one run alone: for sizes that cannot be run ten times.
  void once(const std::string& label, const Run& run, const Check& check) {
    attempt(label, [&](RowResult& entry) { compare(entry, perform(ctx_, run, plan_.heap), check); });
  }

  /// `run` must throw E, and leave inputs as they were.
  template <class E>
  void throws(const std::string& label, const Run& run) {
    attempt(label, [&](RowResult&) { must_throw<E>(ctx_, run, "the call"); });
  }

  /// An exception of a functor ends the operation and arrives as it was thrown, under every variant. Only where the
  /// host runs the functor.
  void propagates(const std::string& label, const Run& run) {
    if constexpr (!std::same_as<typename Call<Tag>::space, HostSpace>) return;
    attempt(label, [&](RowResult&) {
      must_throw<FunctorError>(ctx_, run, "the call");
      for (const ContextVariant<Tag>& v : variants_) must_throw<FunctorError>(*v.context, run, v.label);
    });
  }

  /// A request to stop ends a long operation in its middle: in one of some runs, at moments within the time of a run.
  /// `run(call, size)` is tried with growing sizes until it takes long enough. Only `full`.
  void stops(const std::string& label, index_t size, const std::function<void(Call<Tag>&, index_t)>& run) {
    if (!full()) return;
    attempt(label, [&](RowResult&) {
      const Run sized = [&](Call<Tag>& call) { run(call, size); };
      const During<Reach> kept(reach_, Reach(reach_));  // how far sizes grow here depends on the machine
      std::chrono::nanoseconds whole{0};
      Outcome first;
      for (;; size *= 2) {
        const auto start = std::chrono::steady_clock::now();
        first = perform(ctx_, sized);
        whole = std::chrono::steady_clock::now() - start;
        if (whole >= std::chrono::milliseconds(40)) break;
      }
      const std::size_t held = ctx_.counters().bytes_allocated;
      // The operation is somewhere within the run, which prepares its operands too: halving finds it, and begins anew
      // in case that the machine was busy.
      std::chrono::nanoseconds early{0}, late{0};
      for (int attempt = 0; attempt < 36; ++attempt) {
        if (attempt % 12 == 0) early = std::chrono::nanoseconds(0), late = 2 * whole;
        const std::chrono::nanoseconds delay = (early + late) / 2;
        const Stopped stopped = stopped_after(delay, sized);
        if (stopped == Stopped::before_it_began) early = delay;
        if (stopped == Stopped::not_at_all) late = delay;
        if (stopped != Stopped::in_its_middle) continue;
        given_back(ctx_, held, "a call that was stopped");
        return repeat(ctx_, "a further run after one that was stopped", sized, first);
      }
      throw Failure("a request to stop in its middle did not end it with Cancelled in any of 36 runs");
    });
  }

 private:
  /// Why a row failed.
  struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// The first row, and of the others one in eight or in thirty.
  bool sampled(const std::string& label) {
    if (last_elements_ == 0) return false;
    return !std::exchange(any_sampled_, true) || !plan_.row.empty() || hash_of(label) % (full() ? 8 : 30) == 0;
  }

  /// The first row of 1000 elements, and the first that has twenty times as many as the last one taken.
  bool far_larger_than_elsewhere() {
    if (last_elements_ < wanted_elsewhere_) return false;
    wanted_elsewhere_ = 20 * last_elements_;
    return true;
  }

  template <class Body>
  void attempt(const std::string& label, const Body& body) {
    if (!wants(label)) return;
    RowResult entry{label, RowStatus::passed};
    try {
      body(entry);
      ++result_.passed;
    } catch (const Unsupported& e) {
      if (declines_listed_) {
        entry.status = RowStatus::declined;
        ++result_.declined;
      } else {
        entry.status = RowStatus::failed;
        ++result_.failed;
        note(label, text::joined("declined, and the plan does not list it: ", e.what()));
      }
    } catch (const std::exception& e) {
      entry.status = RowStatus::failed;
      ++result_.failed;
      const bool of_row = dynamic_cast<const Failure*>(&e) != nullptr;
      note(label, of_row ? std::string(e.what()) : text::joined("threw: ", e.what()));
    } catch (...) {
      entry.status = RowStatus::failed;
      ++result_.failed;
      note(label, "threw what is no std::exception");
    }
    result_.rows.push_back(std::move(entry));
  }
  void note(const std::string& label, const std::string& why) {
    if (result_.failures.size() < 5)
      result_.failures.push_back(
          text::joined("  ", result_.operation, ", ", label, ", seed ", ctx_.control().seed, ": ", why));
  }

  Outcome perform(Context<Tag>& ctx, const Run& run, HeapBytes* heap = nullptr) {
    Reach reach;
    Outcome outcome = outcome_of(ctx, run, reach, heap);
    last_elements_ = reach.largest.elements();
    reach_.note(reach);
    return outcome;
  }
  static Outcome outcome_of(Context<Tag>& ctx, const Run& run, Reach& reach, HeapBytes* heap = nullptr) {
    const std::size_t held = ctx.counters().bytes_allocated;
    Outcome outcome;
    {
      Call<Tag> call(ctx, reach, heap);
      run(call);
      if (heap != nullptr) all_counted(call, *heap);
      outcome = call.outcome();
      unchanged(call, outcome);
    }
    given_back(ctx, held, "the call");
    return outcome;
  }
  /// Descriptors of a few kilobytes may come from anywhere.
  static void all_counted(Call<Tag>& call, const HeapBytes& heap) {
    Backend<Tag>::synchronize(call.context());
    if (heap.held() == 0)
      throw Failure("the plan's counter of the heap counts nothing; include conformance/count_heap.hpp in one file");
    if (const std::size_t bytes = call.uncounted_bytes(); bytes > std::size_t{1} << 14)
      throw Failure(text::joined("took ", bytes, " bytes from the heap that the context's counters did not see"));
  }
  static void given_back(Context<Tag>& ctx, std::size_t held, const std::string& when) {
    if (ctx.counters().bytes_allocated != held)
      throw Failure(text::joined("memory was not given back: the counters of the context hold more after ", when,
                                 " than before"));
  }
  static void unchanged(const Call<Tag>& call, const Outcome& outcome) {
    if (const std::string name = call.changed_input(outcome); !name.empty())
      throw Failure(text::joined("wrote to ", name, ", which is an input"));
  }
  static void compare(RowResult& entry, const Outcome& first, const Check& check) {
    entry.decisions = first.fingerprint(true);
    entry.bits = first.fingerprint(false);
    Verdict verdict;
    check(verdict, first);
    entry.ratio = verdict.ratio();
    if (!verdict.ok()) throw Failure(verdict.text());
  }
  void repeat(Context<Tag>& ctx, const std::string& when, const Run& run, const Outcome& first) {
    if (const std::string name = first.difference(perform(ctx, run)); !name.empty())
      throw Failure(text::joined("other bits of ", name, " with ", when));
  }
  /// What a call that threw has left in a queue may throw too, and is not asked for.
  static void settle(Context<Tag>& ctx) {
    try {
      Backend<Tag>::synchronize(ctx);
    } catch (const std::exception&) {
    }
  }
  template <class E>
  void must_throw(Context<Tag>& ctx, const Run& run, const std::string& when) {
    const std::size_t held = ctx.counters().bytes_allocated;
    if (!thrown<E>(ctx, run)) throw Failure(text::joined("did not throw: ", when));
    given_back(ctx, held, when);
  }
  template <class E>
  static bool thrown(Context<Tag>& ctx, const Run& run) {
    Reach reach;
    Call<Tag> call(ctx, reach);
    try {
      run(call);
      Backend<Tag>::synchronize(ctx);
    } catch (const E&) {
      settle(ctx);
      unchanged(call, call.outcome());
      return true;
    }
    return false;
  }

  /// On the first variant, which has one thread where there are several: what it takes is the same every time.
  void at_the_limit(const Run& run, const Outcome& first) {
    Context<Tag>& ctx = variants_.empty() ? ctx_ : *variants_.front().context;
    const std::size_t held = ctx.counters().bytes_allocated;
    ctx.counters().bytes_peak = held;
    Reach reach;
    static_cast<void>(outcome_of(ctx, run, reach));
    const std::size_t peak = ctx.counters().bytes_peak, operands = held + reach.bytes;
    if (peak == held)
      throw Failure(
          "the counters of the context saw no memory allocated; allocate counts what it gives and takes back");
    {
      const During<std::size_t> limit(ctx.control().workspace_limit, peak);
      repeat(ctx, text::joined("a limit of the ", peak, " bytes that it takes"), run, first);
    }
    {
      const During<std::size_t> limit(ctx.control().workspace_limit, peak - 1);
      must_throw<OutOfMemory>(ctx, run, text::joined("OutOfMemory with a limit of a byte less than it takes, ", peak));
    }
    if (operands < peak) {
      const During<std::size_t> limit(ctx.control().workspace_limit, operands);
      must_throw<OutOfMemory>(ctx, run, text::joined("OutOfMemory with room for the operands alone, ", operands));
    }
    repeat(ctx, "a further run after OutOfMemory", run, first);
  }
  /// A context that was moved works, and two contexts work at the same time: nothing is global, nor at a fixed place.
  void elsewhere(const Run& run, const Outcome& first) {
    if constexpr (std::default_initializable<Context<Tag>>) {
      Context<Tag> one, two;
      one.control().seed = two.control().seed = ctx_.control().seed;
      one.control().determinism = two.control().determinism = ctx_.control().determinism;
      repeat(one, "a new context", run, first);
      Context<Tag> moved(std::move(one));
      repeat(moved, "a context that was moved", run, first);
      one = std::move(moved);
      at_the_same_time(one, two, run, first);
    }
  }
  void at_the_same_time(Context<Tag>& one, Context<Tag>& two, const Run& run, const Outcome& first) {
    const auto for_a_while = [](const auto& work) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
      while (std::chrono::steady_clock::now() < end) work();
    };
    std::atomic<bool> begun{false};  // a busy machine may start the other thread late
    auto beside = std::async(std::launch::async, [&] {
      begun = true;
      std::string difference;
      for_a_while([&] {
        if (difference.empty()) difference = first.difference(alone(one, run));
      });
      return difference;
    });
    while (!begun) std::this_thread::yield();
    for_a_while([&] { repeat(two, "another context at work", run, first); });
    if (const std::string name = beside.get(); !name.empty())
      throw Failure(text::joined("other bits of ", name, " with another context at work"));
  }
  static Outcome alone(Context<Tag>& ctx, const Run& run) {
    Reach reach;
    return outcome_of(ctx, run, reach);
  }
  void asked_to_stop(const Run& run) {
    std::stop_source source;
    source.request_stop();
    const During<std::stop_token> stop(ctx_.control().stop, source.get_token());
    must_throw<Cancelled>(ctx_, run, "Cancelled on a context that was asked to stop before");
  }
  enum class Stopped { before_it_began, in_its_middle, not_at_all };
  Stopped stopped_after(std::chrono::nanoseconds delay, const Run& run) {
    std::stop_source source;
    const During<std::stop_token> stop(ctx_.control().stop, source.get_token());
    Reach reach;
    Call<Tag> call(ctx_, reach);
    const std::int64_t begun = ctx_.counters().kernels;
    const std::jthread asks([&] {
      std::this_thread::sleep_for(delay);
      source.request_stop();
    });
    try {
      run(call);
      Backend<Tag>::synchronize(ctx_);
    } catch (const Cancelled&) {
      settle(ctx_);
      unchanged(call, call.outcome());
      // A front door that had not begun throws by itself.
      return ctx_.counters().kernels > begun ? Stopped::in_its_middle : Stopped::before_it_began;
    }
    return Stopped::not_at_all;
  }

  Context<Tag>& ctx_;
  const Plan& plan_;
  OperationResult& result_;
  std::vector<ContextVariant<Tag>> variants_;
  Reach reach_;
  index_t last_elements_ = 0, wanted_elsewhere_ = 1000;
  bool any_sampled_ = false, declines_listed_ = false;
};

}  // namespace isonomy::conformance
