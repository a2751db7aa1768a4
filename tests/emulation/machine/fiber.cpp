// See fiber.hpp; x86-64 with the calling convention of System V.
#include "fiber.hpp"

#include <sys/mman.h>

#include <cstdlib>

#include "sanitizers.hpp"

// emulation_switch(from, to): keeps the registers that a call keeps on the running stack, stores its top in *from, and
// goes on where the stack `to` had stopped.
extern "C" void emulation_switch(void** from, void* to);
asm(R"(
.text
.globl emulation_switch
.type emulation_switch,@function
emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulation_switch,.-emulation_switch
)");

namespace emulation {
namespace {

constexpr std::size_t guard = 4096;

Fiber* make_fiber() {
  void* const p = mmap(nullptr, Fibers::stack_bytes + guard, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED || mprotect(p, guard, PROT_NONE) != 0) std::abort();
  return new Fiber{static_cast<unsigned char*>(p) + guard};
}

}  // namespace

Fiber* Fibers::start(void (*entry)()) {
  if (idle_.empty()) idle_.push_back(make_fiber());
  Fiber* const fiber = idle_.back();
  idle_.pop_back();
  unpoison(fiber->stack, stack_bytes);
  fiber->fake_stack = nullptr;
  auto* top = reinterpret_cast<void**>(fiber->stack + stack_bytes);
  *--top = nullptr;  // where entry would return to; keeps the stack aligned as at any call
  *--top = reinterpret_cast<void*>(entry);
  for (int kept = 0; kept < 6; ++kept) *--top = nullptr;
  fiber->stopped_at = top;
  return fiber;
}

void Fibers::resume(Fiber* fiber) {
  running_ = fiber;
  begin_switch(&home_.fake_stack, fiber->stack, stack_bytes);
  emulation_switch(&home_.stopped_at, fiber->stopped_at);
  end_switch(home_.fake_stack, nullptr, nullptr);
  running_ = nullptr;
}

void Fibers::arrive() { end_switch(running_->fake_stack, &home_bottom_, &home_bytes_); }

void Fibers::leave(void** own_fake_stack) {
  begin_switch(own_fake_stack, home_bottom_, home_bytes_);
  emulation_switch(&running_->stopped_at, home_.stopped_at);
}

void Fibers::suspend() {
  Fiber* const self = running_;
  leave(&self->fake_stack);
  arrive();
}

void Fibers::end() {
  idle_.push_back(running_);
  leave(nullptr);
  std::abort();
}

}  // namespace emulation
