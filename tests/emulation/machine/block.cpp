// Runs the blocks of a launch one after another, the threads of each as fibers.
#include "block.hpp"

#include <cstring>

#include "sanitizers.hpp"

alignas(1024) unsigned char isonomy_shared_memory[emulation::shared_capacity + 1024];

namespace emulation {

Block& running_block() {
  static Block& b = *new Block;  // never destroyed: its stacks stay reachable
  return b;
}

namespace {

/// A stack runs threads that have not begun until one of them waits; only then another stack is needed.
void run_threads() {
  Block& b = running_block();
  b.fibers.arrive();
  while (b.next < b.order.size() && b.ready.empty() && !b.failed) {
    b.current = b.order[b.next++];
    Thread& self = b.threads[b.current];
    self.fiber = b.fibers.running();
    self.state = Thread::State::running;
    set_in_kernel(true);
    b.call(b.data);
    set_in_kernel(false);
    Thread& ended = b.threads[b.current];
    ended.state = Thread::State::done;
    ended.fiber = nullptr;
    ++b.done;
  }
  b.fibers.end();
}

void resume(Block& b, Fiber* fiber) {
  ++counts().switches;
  b.fibers.resume(fiber);
}

/// Any of the threads that can go on, or else one that has not begun.
void run_next(Block& b) {
  if (b.ready.empty()) return resume(b, b.fibers.start(&run_threads));
  const std::size_t pick = settings().shuffle ? b.random.below(b.ready.size()) : 0;
  b.current = b.ready[pick];
  b.ready[pick] = b.ready.back();
  b.ready.pop_back();
  resume(b, b.threads[b.current].fiber);
}

void open_barrier(Block& b) {
  ++counts().barriers;
  races_barrier();
  b.held = b.holding;
  b.waiting = b.holding = 0;
  for (unsigned t = 0; t < b.thread_count; ++t) {
    b.threads[t].state = Thread::State::running;
    b.ready.push_back(t);
  }
}

void begin_block(Block& b, std::size_t shared_bytes) {
  b.order.resize(b.thread_count);
  for (unsigned t = 0; t < b.thread_count; ++t) b.order[t] = t;
  if (settings().shuffle) b.random.shuffle(b.order);
  b.threads.assign(b.thread_count, Thread{});
  b.ready.clear();
  b.meetings.clear();
  b.next = 0;
  b.done = b.waiting = b.holding = 0;
  ++counts().blocks;
  counts().threads += b.thread_count;
  unpoison(isonomy_shared_memory, sizeof isonomy_shared_memory);
  std::memset(isonomy_shared_memory, 0xCB, shared_bytes);
  poison(isonomy_shared_memory + shared_bytes, sizeof isonomy_shared_memory - shared_bytes);
  races_begin_block(shared_bytes);
}

void run_block(Block& b, std::size_t shared_bytes) {
  begin_block(b, shared_bytes);
  while (b.done < b.thread_count && !b.failed) {
    if (!b.ready.empty() || b.next < b.order.size())
      run_next(b);
    else if (b.waiting == b.thread_count)
      open_barrier(b);
    else
      note_fault(describe_deadlock(b)), b.failed = true;
  }
  if (!b.failed) return;
  stop_kernels();
  for (const Thread& t : b.threads)
    if (t.fiber != nullptr) b.fibers.abandon(t.fiber);
}

}  // namespace

void wait_in(Block& b, Thread::State state) {
  const unsigned self = b.current;
  b.threads[self].state = state;
  b.fibers.suspend();
  b.current = self;
}

void run_grid(unsigned blocks, unsigned threads, std::size_t shared_bytes, void (*call)(const void*),
              const void* data) {
  Block& b = running_block();
  if (kernels_stopped()) return;
  b.failed = false;
  b.call = call;
  b.data = data;
  b.thread_count = threads;
  b.block_count = blocks;
  b.random = Random(settings().seed * 0x9e3779b97f4a7c15u + ++b.launches);
  std::vector<unsigned> order(blocks);
  for (unsigned n = 0; n < blocks; ++n) order[n] = n;
  if (settings().shuffle) b.random.shuffle(order);
  races_begin_work();
  for (const unsigned n : order) {
    b.number = n;
    run_block(b, shared_bytes);
    if (b.failed) break;
  }
  unpoison(isonomy_shared_memory, sizeof isonomy_shared_memory);
}

void end_kernel() {
  set_in_kernel(false);
  Block& b = running_block();
  b.failed = true;
  b.threads[b.current].fiber = nullptr;
  b.fibers.end();
}

bool on_own_stack(const void* p) {
  const Fiber* const fiber = running_block().fibers.running();
  const auto* const at = static_cast<const unsigned char*>(p);
  return fiber != nullptr && at >= fiber->stack && at < fiber->stack + Fibers::stack_bytes;
}

namespace thread {

unsigned index() { return running_block().current; }
unsigned block() { return running_block().number; }
unsigned threads() { return running_block().thread_count; }
unsigned blocks() { return running_block().block_count; }

}  // namespace thread
}  // namespace emulation
