// The one place where the processor is asked what it can do; every kernel has a scalar form equal to it in each bit.
#pragma once

namespace isonomy::cpu {

/// Instruction sets our own kernels are written for, ascending.
enum class InstructionSet { scalar, avx2, avx512 };

[[nodiscard]] constexpr const char* name(InstructionSet set) {
  switch (set) {
  case InstructionSet::avx512: return "avx512";
  case InstructionSet::avx2: return "avx2";
  default: return "scalar";
  }
}

/// The widest set this processor and operating system support.
[[nodiscard]] inline InstructionSet best_instruction_set() noexcept {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2"))
    return InstructionSet::scalar;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return InstructionSet::avx512;
  return InstructionSet::avx2;
#else
  return InstructionSet::scalar;
#endif
}

/// Calls f with the kernel set for `set`; a processor without vector kernels gets the scalar ones.
template <class Scalar, class Avx2, class Avx512, class F>
decltype(auto) with_kernels(InstructionSet set, F&& f) {
  switch (set) {
  case InstructionSet::avx512: return f(Avx512{});
  case InstructionSet::avx2: return f(Avx2{});
  default: return f(Scalar{});
  }
}

}  // namespace isonomy::cpu
