// Context<CpuBlas>: that of Backend<Cpu>, under another tag.
#pragma once

#include "isonomy/core/concepts.hpp"
#include "isonomy/cpu/context.hpp"

namespace isonomy {

/// The host processor, with the dense products and factors of OpenBLAS.
struct CpuBlas {};

namespace blas {

/// Made of the same options as Context<Cpu>; the instruction set is that of the operations that are inherited.
class Context : public cpu::Context {
 public:
  using tag = CpuBlas;
  using cpu::Context::Context;
};

}  // namespace blas
}  // namespace isonomy
