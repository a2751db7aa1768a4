// The race build compiles tests with -fsanitize=thread and links these functions in place of the sanitizer's library:
// every load and store of the tests' code arrives here. Host code is let through; its atomic operations are what they
// say.
#if defined(ISONOMY_EMULATION_RACES)

#include <cstdint>

#include "races.hpp"

// Names made of a width: written by macros, since the compiler wants some ninety of them.
#define EMULATION_READ(name, bytes)                                                                                    \
  void name(void* p) { emulation::check_access(p, bytes, false, false); }
#define EMULATION_WRITE(name, bytes)                                                                                   \
  void name(void* p) { emulation::check_access(p, bytes, true, false); }
#define EMULATION_ACCESSES(bytes)                                                                                      \
  EMULATION_READ(__tsan_read##bytes, bytes)                                                                            \
  EMULATION_WRITE(__tsan_write##bytes, bytes)                                                                          \
  EMULATION_READ(__tsan_unaligned_read##bytes, bytes)                                                                  \
  EMULATION_WRITE(__tsan_unaligned_write##bytes, bytes)                                                                \
  EMULATION_READ(__tsan_volatile_read##bytes, bytes)                                                                   \
  EMULATION_WRITE(__tsan_volatile_write##bytes, bytes)

#define EMULATION_FETCH(bits, type, name)                                                                              \
  type __tsan_atomic##bits##_##name(volatile type* p, type v, int) { return __atomic_##name(p, v, __ATOMIC_SEQ_CST); }
#define EMULATION_EXCHANGE(bits, type, strength)                                                                       \
  int __tsan_atomic##bits##_compare_exchange_##strength(volatile type* p, type* expected, type wanted, int, int) {     \
    return __atomic_compare_exchange_n(p, expected, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                \
  }
#define EMULATION_ATOMICS(bits, type)                                                                                  \
  type __tsan_atomic##bits##_load(const volatile type* p, int) { return __atomic_load_n(p, __ATOMIC_SEQ_CST); }        \
  void __tsan_atomic##bits##_store(volatile type* p, type v, int) { __atomic_store_n(p, v, __ATOMIC_SEQ_CST); }        \
  type __tsan_atomic##bits##_exchange(volatile type* p, type v, int) {                                                 \
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                                                \
  }                                                                                                                    \
  type __tsan_atomic##bits##_compare_exchange_val(volatile type* p, type expected, type wanted, int, int) {            \
    __atomic_compare_exchange_n(p, &expected, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                      \
    return expected;                                                                                                   \
  }                                                                                                                    \
  EMULATION_EXCHANGE(bits, type, strong)                                                                               \
  EMULATION_EXCHANGE(bits, type, weak)                                                                                 \
  EMULATION_FETCH(bits, type, fetch_add)                                                                               \
  EMULATION_FETCH(bits, type, fetch_sub)                                                                               \
  EMULATION_FETCH(bits, type, fetch_and)                                                                               \
  EMULATION_FETCH(bits, type, fetch_or)                                                                                \
  EMULATION_FETCH(bits, type, fetch_xor)                                                                               \
  EMULATION_FETCH(bits, type, fetch_nand)

extern "C" {
EMULATION_ACCESSES(1)
EMULATION_ACCESSES(2)
EMULATION_ACCESSES(4)
EMULATION_ACCESSES(8)
EMULATION_ACCESSES(16)
EMULATION_ATOMICS(8, std::uint8_t)
EMULATION_ATOMICS(16, std::uint16_t)
EMULATION_ATOMICS(32, std::uint32_t)
EMULATION_ATOMICS(64, std::uint64_t)
void __tsan_read_range(void* p, unsigned long bytes) { emulation::check_access(p, bytes, false, false); }
void __tsan_write_range(void* p, unsigned long bytes) { emulation::check_access(p, bytes, true, false); }
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_init() {}
void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
void __tsan_atomic_signal_fence(int) {}
}

#endif
