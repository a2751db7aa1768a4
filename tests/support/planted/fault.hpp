// Faults that are planted into a correct backend, one at a time, to see whether the conformance kit catches them.
#pragma once

#include <string>
#include <vector>

#include "isonomy/core/config.hpp"

namespace isonomy::test {

/// What goes wrong. `number` of a fault says which operand, limit, count of threads or special defect.
enum class Kind {
  overwrites_input,           ///< the last element of input `number` has another bit after the call
  overwrites_first,           ///< the first element of input `number`
  narrows_input,              ///< input `number` is read through the next narrower type
  ignores_stride,             ///< input `number` is read as if its elements had no gaps
  flushes_denormals,          ///< input `number` is read with 0 for every denormal
  narrows_output,             ///< outputs go through the next narrower type
  loses_last,                 ///< the last element of no output is written
  loses_first,                ///< the first element of the first output is not written
  loses_beyond_rows,          ///< the last element is lost where an operand has more rows than `number`
  loses_beyond_columns,       ///< the same for columns, or elements of a list
  loses_beyond_batches,       ///< the same for matrices of a batch
  writes_past_the_end,        ///< an element behind the last of the first output
  loses_payloads,             ///< every NaN that is written is the same
  loses_signs_of_zero,        ///< every zero that is written is positive
  changes_with_threads,       ///< other bits with `number` threads
  changes_with_instructions,  ///< other bits on the least instruction set
  changes_with_time,          ///< other bits in every second call
  races,                      ///< other bits in one of `number` calls, with several threads
  spoils_aligned,             ///< other bits where the output begins at an aligned address
  spoils_whole_blocks,        ///< other bits where an extent is a multiple of 64
  spoils_repeated,            ///< other bits where an input repeats one element by a stride of 0
  spoils_moved,               ///< other bits with a context that was moved
  shares_state,               ///< other bits where another context runs the operation at the same time
  copies_gaps,                ///< gaps of the first input are written to gaps of the output
  flushes_results,            ///< every denormal that is written is 0
  ignores_stop,               ///< the stop token is not looked at
  keeps_memory_when_stopped,  ///< memory is not given back by a call that is stopped in its middle
  skips_after_stop,           ///< the call after one that was stopped in its middle does nothing
  swallows_exceptions,        ///< what a functor throws ends here
  ignores_limit,              ///< takes what memory it wants
  takes_heap,                 ///< workspace that `allocate` does not give
  keeps_memory,               ///< memory of the call is not given back
  throws_sometimes,           ///< gives up on operands of more than `number` elements
  special                     ///< what only this operation can do wrong: Special<Op>, by number
};

struct Fault {
  std::string name;
  std::string operation;
  Kind kind;
  index_t number = 0;
};

/// The one that is planted now, or none.
inline const Fault* planted = nullptr;

}  // namespace isonomy::test
