// What Host is, for the files of this folder.
#pragma once

#include "host.hpp"
#include "isonomy/cpu/cpu.hpp"

namespace isonomy::gates {

class Host {
 public:
  explicit Host(int threads) : ctx(options(threads)) {}
  Context<Cpu> ctx;

 private:
  static cpu::ContextOptions options(int threads) {
    cpu::ContextOptions out;
    out.threads = threads;
    out.determinism = Determinism::cross_backend;
    return out;
  }
};

}  // namespace isonomy::gates
