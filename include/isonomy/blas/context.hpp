// Context<CpuBlas>: that of Backend<Cpu>, under another tag.
#pragma once

#include "isonomy/blas/tag.hpp"
#include "isonomy/cpu/context.hpp"

namespace isonomy::blas {

/// Made of the same options as Context<Cpu>; the instruction set is that of the operations that are inherited.
class Context : public cpu::Context {
 public:
  using tag = CpuBlas;
  using cpu::Context::Context;
};

}  // namespace isonomy::blas
