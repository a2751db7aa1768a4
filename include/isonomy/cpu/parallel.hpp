// Loops over index ranges on a context's threads; the pieces depend on the grain alone, never on the scheduler.
#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>

#include "isonomy/core/config.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/cpu/context.hpp"

namespace isonomy::cpu {

namespace detail {

/// parallel_chunks for a body whose type is forgotten: one form of the scheduler's loop serves every loop of a program,
/// which would otherwise spend most of its compile time on them.
template <class Ctx>
void run_chunks(Ctx& ctx, index_t n, index_t grain, const char* operation, const void* body,
                void (*call)(const void* body, index_t begin, index_t end)) {
  const auto piece = [&](index_t chunk) {
    if (ctx.control().stop.stop_requested()) throw Cancelled(operation);
    const index_t begin = chunk * grain;
    call(body, begin, std::min(n, begin + grain));
  };
  const index_t chunks = (n + grain - 1) / grain;
  if (ctx.arena() == nullptr || chunks <= 1) {
    for (index_t c = 0; c < chunks; ++c) piece(c);
    return;
  }
  std::atomic<bool> from_body{false};
  try {
    ctx.arena()->execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<index_t>(0, chunks, 1),
          [&](const tbb::blocked_range<index_t>& r) {
            try {
              for (index_t c = r.begin(); c < r.end(); ++c) piece(c);
            } catch (...) {
              from_body.store(true, std::memory_order_relaxed);
              throw;
            }
          },
          tbb::simple_partitioner());
    });
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    if (from_body.load(std::memory_order_relaxed)) throw;
    throw ResourceError(text::joined(operation, ": no thread can be started: ", error.what(),
                                     "; expected room for those of the context; give it 1 thread, or raise the limits "
                                     "of the process"));
  }
}

}  // namespace detail

/// f(begin, end) for consecutive pieces of [0, n), each of `grain` indices except the last. An exception or a stop
/// request (Cancelled) ends the loop after the running pieces have drained. ResourceError where the machine refuses the
/// first thread beside the caller's; where it refuses a later one, oneTBB may abort the process.
template <class F>
void parallel_chunks(Context& ctx, index_t n, index_t grain, const char* operation, const F& f) {
  detail::run_chunks(ctx, n, grain, operation, &f,
                     [](const void* body, index_t begin, index_t end) { (*static_cast<const F*>(body))(begin, end); });
}

/// f(i) for every i in [0, n), `grain` of them per task.
template <class F>
void parallel_for(Context& ctx, index_t n, index_t grain, const char* operation, const F& f) {
  parallel_chunks(ctx, n, grain, operation, [&](index_t begin, index_t end) {
    for (index_t i = begin; i < end; ++i) f(i);
  });
}

/// The same by the calling thread alone, in order: a loop within a task.
template <class F>
void serial_for(const Context& ctx, index_t n, const char* operation, const F& f) {
  for (index_t i = 0; i < n; ++i) {
    if (ctx.control().stop.stop_requested()) throw Cancelled(operation);
    f(i);
  }
}

}  // namespace isonomy::cpu
