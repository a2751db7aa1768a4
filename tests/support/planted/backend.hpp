// Backend<Faulty>: the host, with the planted fault in one operation.
#pragma once

#include <algorithm>
#include <any>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "isonomy/backend/compose.hpp"
#include "isonomy/conformance/during.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/cpu/cpu.hpp"
#include "support/planted/fault.hpp"
#include "support/planted/pieces.hpp"

namespace isonomy::test {

struct Faulty {};
using Host = Backend<Cpu>;
using conformance::During;

/// What only this operation can do wrong: `run(honest, number, context, arguments...)`, where honest(arguments...) is
/// the correct call. Specialised beside the list of its faults.
template <class Op>
struct Special {
  template <class Honest, class... A>
  static decltype(auto) run(const Honest& honest, index_t, cpu::Context&, A... arguments) {
    return honest(arguments...);
  }
};

/// Was the context moved since it was first seen?
[[nodiscard]] inline bool was_moved(const cpu::Context& ctx) {
  struct Seen {
    std::weak_ptr<Counters> counters;
    const cpu::Context* at;
  };
  static std::mutex mutex;
  static std::vector<Seen> seen;
  const std::lock_guard<std::mutex> lock(mutex);
  std::erase_if(seen, [](const Seen& s) { return s.counters.expired(); });
  for (const Seen& s : seen)
    if (s.counters.lock() == ctx.shared_counters()) return s.at != &ctx;
  seen.push_back({ctx.shared_counters(), &ctx});
  return false;
}

/// One faulty call: what is done before it, and after it.
class Spoiled {
 public:
  template <class... A>
  Spoiled(const Fault& fault, cpu::Context& ctx, const std::tuple<A...>& arguments)
      : fault_(fault), ctx_(ctx), pieces_(pieces_of(arguments)), input_(input_of(pieces_, fault.number)),
        output_(output_of(pieces_)) {
    before();
  }

  /// Does this call give other bits, because of threads, instructions, time or a race?
  [[nodiscard]] bool changes() const {
    static index_t calls = 0;
    const index_t call = ++calls;
    switch (fault_.kind) {
    case Kind::changes_with_threads: return ctx_.threads() == fault_.number;
    case Kind::changes_with_instructions:
      return ctx_.instruction_set() < cpu::best_instruction_set() && ctx_.instruction_set() == cpu::InstructionSet{};
    case Kind::changes_with_time: return call % 2 == 0;
    case Kind::races: return ctx_.threads() > 1 && call % fault_.number == 0;
    case Kind::spoils_aligned:
      return output_ != nullptr && elements() > 3 && reinterpret_cast<std::uintptr_t>(output_->data) % 256 == 0;
    case Kind::spoils_whole_blocks: return any([](const Piece& p) { return p.rows % 64 == 0 && !p.empty(); });
    case Kind::spoils_repeated: return any([](const Piece& p) { return p.rows > 1 && p.row_stride == 0; });
    case Kind::spoils_moved: return was_moved(ctx_);
    case Kind::shares_state: std::this_thread::yield(); return at_work.load() != &ctx_;  // as if it took long
    default: return false;
    }
  }
  [[nodiscard]] bool loses() const {
    const auto any_extent = [&](auto extent) { return any([&](const Piece& p) { return extent(p) > fault_.number; }); };
    switch (fault_.kind) {
    case Kind::loses_last: return true;
    case Kind::loses_beyond_rows: return any_extent([](const Piece& p) { return p.rows; });
    case Kind::loses_beyond_columns: return any_extent([](const Piece& p) { return p.columns; });
    case Kind::loses_beyond_batches: return any_extent([](const Piece& p) { return p.batches; });
    default: return false;
    }
  }
  [[nodiscard]] index_t elements() const {
    index_t n = 0;
    for (const Piece& p : pieces_) n = std::max(n, p.elements());
    return n;
  }

  void after() {
    if (fault_.kind == Kind::copies_gaps) copy_gaps();
    if (input_ != nullptr && !input_before_.empty()) input_->restore(input_before_);
    if (input_ != nullptr && fault_.kind == Kind::overwrites_input) *input_->last() ^= std::byte{1};
    if (input_ != nullptr && fault_.kind == Kind::overwrites_first) *input_->first() ^= std::byte{1};
    if (output_ == nullptr) return;
    if (loses())
      for (std::size_t k = 0; k < pieces_.size(); ++k)
        if (!last_[k].empty()) std::memcpy(pieces_[k].last(), last_[k].data(), pieces_[k].size);
    if (fault_.kind == Kind::loses_first) std::memcpy(output_->first(), first_.data(), output_->size);
    if (fault_.kind == Kind::writes_past_the_end) *(output_->last() + output_->size) ^= std::byte{1};
    if (changes()) *output_->last() ^= std::byte{1};
    for (const Piece& p : pieces_)
      if (!p.input && !p.empty()) p.each([&](std::byte* at) { written(p.number, at); });
  }

 private:
  template <class F>
  [[nodiscard]] bool any(const F& f) const {
    return std::any_of(pieces_.begin(), pieces_.end(), f);
  }
  void copy_gaps() const {
    const Piece* const source = input_of(pieces_, 0);
    if (source == nullptr || output_ == nullptr || source->size != output_->size || source->rows != output_->rows)
      return;
    for (const Piece* p : {source, output_})
      if (p->columns > 1 || p->batches > 1 || p->row_stride < 2) return;
    for (index_t i = 0; i + 1 < source->rows; ++i)
      std::memcpy(output_->at(0, i, 0) + output_->size, source->at(0, i, 0) + source->size, source->size);
  }
  void before() {
    at_work.store(&ctx_);
    if (fault_.kind == Kind::spoils_moved) static_cast<void>(was_moved(ctx_));
    if (input_ != nullptr && (fault_.kind == Kind::narrows_input || fault_.kind == Kind::flushes_denormals ||
                              fault_.kind == Kind::ignores_stride)) {
      input_before_ = input_->bytes();
      if (fault_.kind == Kind::ignores_stride) {
        if (input_->columns == 1 && input_->batches == 1 && input_->row_stride > 1)
          for (index_t i = 0; i < input_->rows; ++i)
            std::memcpy(input_->at(0, i, 0), input_->data + static_cast<index_t>(input_->size) * i, input_->size);
      } else {
        input_->each([&](std::byte* at) {
          if (fault_.kind == Kind::narrows_input) return narrow_number(input_->number, at);
          replace_real(input_->number, at, [](auto x) { return std::fpclassify(x) == FP_SUBNORMAL ? 0 * x : x; });
        });
      }
    }
    if (output_ == nullptr) return;
    first_.assign(output_->first(), output_->first() + output_->size);
    for (const Piece& p : pieces_)
      last_.push_back(p.input || p.empty() ? std::vector<std::byte>() : std::vector(p.last(), p.last() + p.size));
  }
  void written(Number number, std::byte* at) const {
    if (fault_.kind == Kind::narrows_output) narrow_number(number, at);
    if (fault_.kind == Kind::flushes_results)
      replace_real(number, at, [](auto x) { return std::fpclassify(x) == FP_SUBNORMAL ? 0 * x : x; });
    if (fault_.kind == Kind::loses_payloads)
      replace_real(number, at, [](auto x) { return x != x ? std::numeric_limits<decltype(x)>::quiet_NaN() : x; });
    if (fault_.kind == Kind::loses_signs_of_zero)
      replace_real(number, at, [](auto x) { return x == 0 ? std::abs(x) : x; });
  }

  static inline std::atomic<const cpu::Context*> at_work = nullptr;
  const Fault& fault_;
  cpu::Context& ctx_;
  Pieces pieces_;
  const Piece *input_, *output_;
  std::vector<std::byte> input_before_, first_;
  std::vector<std::vector<std::byte>> last_;  // of every output
};

/// The call with the fault. What it returns is an output too.
template <class Op, class Honest, class... A>
decltype(auto) spoiled_call(const Fault& fault, cpu::Context& ctx, const Honest& honest, std::tuple<A...> arguments) {
  const auto call = [&] { return std::apply(honest, arguments); };
  using Result = decltype(call());
  if (fault.kind == Kind::special)
    return std::apply([&](auto&... a) -> Result { return Special<Op>::run(honest, fault.number, ctx, a...); },
                      arguments);
  std::optional<During<std::stop_token>> unstoppable;
  if (fault.kind == Kind::ignores_stop) unstoppable.emplace(ctx.control().stop, std::stop_token());
  std::optional<During<std::size_t>> unlimited;
  if (fault.kind == Kind::ignores_limit)
    unlimited.emplace(ctx.control().workspace_limit, std::numeric_limits<std::size_t>::max());
  Spoiled spoiled(fault, ctx, arguments);
  if (fault.kind == Kind::throws_sometimes && spoiled.elements() > fault.number)
    throw ResourceError("the planted fault gave up");
  if (fault.kind == Kind::keeps_memory) ctx.counters().allocated(8);
  const std::vector<std::byte> heap(fault.kind == Kind::takes_heap ? 1 << 16 : 0);
  static bool skips = false;
  if (std::exchange(skips, false)) {
    if constexpr (std::is_void_v<Result>)
      return;
    else
      return Result{};
  }
  try {
    if constexpr (std::is_void_v<Result>) {
      call();
      spoiled.after();
    } else {
      Result result = call();
      spoiled.after();
      Piece p = piece(&result, 1);
      if (spoiled.changes()) *p.data ^= std::byte{1};
      if (fault.kind == Kind::narrows_output) narrow_number(p.number, p.data);
      if (fault.kind == Kind::flushes_results)
        replace_real(p.number, p.data, [](auto x) { return std::fpclassify(x) == FP_SUBNORMAL ? 0 * x : x; });
      if (spoiled.loses()) {
        if constexpr (requires { result + result; })
          result = result + result;
        else
          *p.data ^= std::byte{1};
      }
      return result;
    }
  } catch (const Cancelled&) {
    if (fault.kind == Kind::keeps_memory_when_stopped) ctx.counters().allocated(8);
    skips = fault.kind == Kind::skips_after_stop;
    throw;
  } catch (const conformance::FunctorError&) {
    if (fault.kind != Kind::swallows_exceptions) throw;
    if constexpr (!std::is_void_v<Result>) return Result{};
  }
}

}  // namespace isonomy::test

template <>
struct isonomy::Backend<isonomy::test::Faulty>
    : isonomy::compose::Memory<isonomy::test::Faulty, isonomy::test::Host,
                               isonomy::compose::state_of<isonomy::test::Host>> {
  using Host = isonomy::test::Host;

  static constexpr const char* name() { return "Faulty"; }
  static bool available() noexcept { return true; }

  /// 1: counts nothing, 2: takes nothing off the books, 3: knows no limit, 4: refuses the last byte.
  [[nodiscard]] static allocation allocate(cpu::Context& ctx, std::size_t bytes, const char* purpose) {
    const test::Fault* const fault = test::planted;
    if (fault == nullptr || fault->operation != "allocate") return Host::allocate(ctx, bytes, purpose);
    const std::size_t limit = ctx.control().workspace_limit;
    if (fault->number == 4 && bytes + ctx.counters().bytes_allocated == limit)
      throw OutOfMemory(purpose, bytes, bytes - 1);
    const test::During<std::size_t> unlimited(ctx.control().workspace_limit,
                                              fault->number == 3 ? std::numeric_limits<std::size_t>::max() : limit);
    const std::size_t peak = ctx.counters().bytes_peak;
    allocation memory = Host::allocate(ctx, bytes, purpose);
    if (fault->number == 1) ctx.counters().released(bytes), ctx.counters().bytes_peak = peak;
    if (fault->number <= 2) memory.get_deleter().counters = nullptr;
    return memory;
  }
  /// 1: reads as if there were no gaps.
  template <class T>
  static void copy_from_host(cpu::Context& ctx, VectorView<const T, HostSpace> source, VectorView<T, HostSpace> out) {
    if (test::planted != nullptr && test::planted->operation == "copy_from_host") source.stride = 1;
    Host::copy_from_host(ctx, source, out);
  }
  template <class T>
  static void copy_to_host(cpu::Context& ctx, VectorView<const T, HostSpace> source, VectorView<T, HostSpace> out) {
    if (test::planted != nullptr && test::planted->operation == "copy_to_host") source.stride = 1;
    Host::copy_to_host(ctx, source, out);
  }

  template <class Op, class... T>
  static constexpr bool has = Runs<Op, Host, T...>;
  template <class Op, class... T>
  static constexpr const char* runner() {
    return name();
  }
  template <class Op, class... T, class Ctx, class... A>
  static decltype(auto) run(Ctx& ctx, A&&... arguments) {
    auto& host = static_cast<cpu::Context&>(ctx);
    const auto honest = [&host](auto... a) { return run_on<Op, Host, T...>(host, a...); };
    const test::Fault* const fault = test::planted;
    if (fault == nullptr || fault->operation != Op::name) return honest(arguments...);
    return test::spoiled_call<Op>(*fault, host, honest, std::tuple<std::decay_t<A>...>(arguments...));
  }
};
