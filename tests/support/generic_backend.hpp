// A backend that has only the core operations of Backend<Cpu>: everything derived runs in the library's generic form.
#pragma once

#include "isonomy/cpu/cpu.hpp"

namespace test {

struct Generic {};
struct GenericContext : isonomy::cpu::Context {
  using tag = Generic;
  using isonomy::cpu::Context::Context;
};

}  // namespace test

namespace isonomy {

template <>
struct Backend<test::Generic> : Backend<Cpu> {
  using tag = test::Generic;
  using context = test::GenericContext;
  static constexpr const char* name() { return "Generic"; }

  static void syrk() = delete;
  static void rank_average() = delete;
  static void joint_residue_counts() = delete;
  static void residue_rank_sums() = delete;
  static void mixture_sums() = delete;
  static void weighted_mixture_sums() = delete;
  static void multivariate_mixture_sums() = delete;
};

}  // namespace isonomy
