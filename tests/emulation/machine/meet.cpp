// Where threads of a block meet: barriers and operations of a warp, and what is said when they do not.
#include <bit>
#include <cstdio>

#include "block.hpp"

namespace emulation {
namespace {

using thread::Operation;

std::string hexadecimal(unsigned mask) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", mask);
  return text;
}

std::string some_of(const std::vector<unsigned>& threads) {
  std::string text;
  for (std::size_t i = 0; i < threads.size() && i < 4; ++i) text += (i > 0 ? ", " : "") + std::to_string(threads[i]);
  return threads.size() > 4 ? text + ", ... (" + std::to_string(threads.size()) + " in all)" : text;
}

std::string describe_meeting(const Block& b, const Meeting& m) {
  std::vector<unsigned> here, exited, elsewhere, missing;
  for (unsigned lane = 0; lane < 32; ++lane) {
    const unsigned t = m.warp * 32 + lane;
    if ((m.mask >> lane & 1) == 0) continue;
    if ((m.arrived >> lane & 1) != 0)
      here.push_back(t);
    else if (t >= b.thread_count)
      missing.push_back(t);
    else if (b.threads[t].state == Thread::State::done)
      exited.push_back(t);
    else
      elsewhere.push_back(t);
  }
  std::string text =
      "a warp operation with mask " + hexadecimal(m.mask) + " by threads " + some_of(here) + " waits for ever";
  if (!exited.empty()) text += ": threads " + some_of(exited) + " have exited";
  if (!missing.empty()) text += ": threads " + some_of(missing) + " do not exist";
  if (!elsewhere.empty()) text += ": threads " + some_of(elsewhere) + " wait elsewhere";
  return text;
}

Meeting& meeting_for(Block& b, unsigned warp, unsigned mask, Operation operation) {
  for (Meeting& m : b.meetings)
    if (m.warp == warp && m.mask == mask) return m;
  return b.meetings.emplace_back(Meeting{warp, mask, 0, operation});
}

std::uint64_t combine(Operation operation, std::uint64_t a, std::uint64_t b) {
  const auto x = static_cast<std::uint32_t>(a), y = static_cast<std::uint32_t>(b);
  const auto p = static_cast<std::int32_t>(x), q = static_cast<std::int32_t>(y);
  switch (operation) {
  case Operation::add: return x + y;
  case Operation::smallest_signed: return static_cast<std::uint32_t>(p < q ? p : q);
  case Operation::largest_signed: return static_cast<std::uint32_t>(p < q ? q : p);
  case Operation::smallest: return x < y ? x : y;
  case Operation::largest: return x < y ? y : x;
  case Operation::all_bits: return x & y;
  case Operation::any_bits: return x | y;
  case Operation::odd_bits: return x ^ y;
  default: return 0;
  }
}

/// Bits of the lanes for which `holds`.
template <class F>
std::uint64_t bits_where(const Thread* lanes, unsigned mask, F holds) {
  std::uint64_t bits = 0;
  for (unsigned left = mask; left != 0; left &= left - 1) {
    const int lane = std::countr_zero(left);
    if (holds(lanes[lane])) bits |= std::uint64_t{1} << lane;
  }
  return bits;
}

/// What each lane of a complete meeting gets.
void settle(Thread* lanes, const Meeting& m) {
  std::uint64_t common = 0;
  if (m.operation == Operation::ballot) {
    common = bits_where(lanes, m.mask, [](const Thread& t) { return t.value != 0; });
  } else if (m.operation > Operation::match) {
    common = lanes[std::countr_zero(m.mask)].value;
    for (unsigned left = m.mask & (m.mask - 1); left != 0; left &= left - 1)
      common = combine(m.operation, common, lanes[std::countr_zero(left)].value);
  }
  for (unsigned left = m.mask; left != 0; left &= left - 1) {
    Thread& lane = lanes[std::countr_zero(left)];
    if (m.operation == Operation::shuffle)
      lane.result = lanes[lane.source].value;
    else if (m.operation == Operation::match)
      lane.result = bits_where(lanes, m.mask, [&](const Thread& t) { return t.value == lane.value; });
    else
      lane.result = common;
  }
}

void tell(const Block& b, unsigned mask, const std::string& what) {
  note_fault(place_of(b.number, b.current) + ": a warp operation with mask " + hexadecimal(mask) + what);
}

/// Notes what is wrong with an operation by the running thread.
bool is_allowed(const Block& b, Operation operation, unsigned mask, unsigned source) {
  if ((mask >> (b.current % 32) & 1) == 0) {
    tell(b, mask, " by a lane that the mask leaves out");
    return false;
  }
  if (operation == Operation::shuffle && (mask >> (source % 32) & 1) == 0) {
    tell(b, mask, " reads lane " + std::to_string(source % 32) + ", which the mask leaves out");
    return false;
  }
  return true;
}

void complete(Block& b, unsigned self, const Meeting& m) {
  ++counts().warp_operations;
  if (m.operation == Operation::sync) races_warp_sync(m.warp, m.mask);
  settle(&b.threads[std::size_t{m.warp} * 32], m);
  for (unsigned left = m.mask; left != 0; left &= left - 1) {
    const unsigned t = m.warp * 32 + static_cast<unsigned>(std::countr_zero(left));
    b.threads[t].state = Thread::State::running;
    if (t != self) b.ready.push_back(t);
  }
}

}  // namespace

std::string place_of(unsigned block, unsigned thread) {
  return "block " + std::to_string(block) + ", thread " + std::to_string(thread);
}

std::string describe_deadlock(const Block& b) {
  const std::string where = "block " + std::to_string(b.number) + ": ";
  if (!b.meetings.empty()) return where + describe_meeting(b, b.meetings.front());
  std::vector<unsigned> here, exited;
  for (unsigned t = 0; t < b.thread_count; ++t)
    (b.threads[t].state == Thread::State::done ? exited : here).push_back(t);
  return where + "a barrier reached by threads " + some_of(here) + " waits for ever: threads " + some_of(exited) +
         " have exited";
}

namespace thread {

unsigned barrier(bool predicate) {
  const OutsideKernel outside;
  Block& b = running_block();
  ++b.waiting;
  if (predicate) ++b.holding;
  wait_in(b, Thread::State::at_barrier);
  return b.held;
}

std::uint64_t exchange(Operation operation, unsigned mask, std::uint64_t value, unsigned source) {
  const OutsideKernel outside;
  Block& b = running_block();
  const unsigned self = b.current, lane = self % 32, warp = self / 32;
  if (!is_allowed(b, operation, mask, source)) end_kernel();
  Thread& own = b.threads[self];
  own.value = value;
  own.source = source % 32;
  own.mask = mask;
  Meeting& m = meeting_for(b, warp, mask, operation);
  if (m.operation != operation) {
    tell(b, mask, " meets another operation of its warp");
    end_kernel();
  }
  m.arrived |= 1u << lane;
  if (m.arrived != mask) {
    wait_in(b, Thread::State::at_warp);
  } else {
    const Meeting met = m;
    m = b.meetings.back();
    b.meetings.pop_back();
    complete(b, self, met);
  }
  return b.threads[self].result;
}

}  // namespace thread
}  // namespace emulation
