// Faults planted into copy, fill, iota, for_each, and into memory itself.
#include <string>
#include <vector>

#include "isonomy/conformance/cases/memory.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::for_each> {
  template <class Honest, class F>
  static void run(const Honest& honest, index_t number, cpu::Context&, index_t n, const F& f) {
    if (number == 0) return honest(n > 0 ? n - 1 : n, f);
    if (number == 1) return honest(std::min<index_t>(n, 65536), f);
    if (number == 2) return honest(std::min<index_t>(n, 1 << 20), f);
    if (number == 4) return honest(n & 0xffffffff, f);
    if (number == 5) {
      try {
        return honest(n, f);
      } catch (const std::exception&) {
        throw;
      } catch (...) {
        return;
      }
    }
    honest(n, f);
    if (n > 0) f(n - 1);
  }
};
template <>
struct Special<op::fill> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, VectorView<T> out, T value) {
    if (number == 1 && value == T{0}) return;
    if (number == 2 && value == static_cast<T>(-1)) value = T{1};
    if (number > 0) return honest(out, value);
    narrow_number(number_of<T>, reinterpret_cast<std::byte*>(&value));
    honest(out, value);
  }
};
template <>
struct Special<op::iota> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, VectorView<T> out, T first) {
    if (number == 0) return honest(out, T{0});
    if (number == 2) {  // counts in float
      honest(out, first);
      for (index_t i = 1 << 24; i < out.size; ++i)
        out(i) = static_cast<T>(first + static_cast<T>(static_cast<float>(i)));
      return;
    }
    narrow_number(number_of<T>, reinterpret_cast<std::byte*>(&first));
    honest(out, first);
  }
};

namespace {

Facts copy_facts() {
  return {"copy",
          {"the source"},
          {0},
          {0},
          with_later_kinds(usual_kinds({Kind::narrows_output, Kind::loses_payloads, Kind::loses_signs_of_zero,
                                        Kind::flushes_results, Kind::spoils_repeated, Kind::copies_gaps})),
          {65535, 1 << 20},
          {65535, 1 << 20}};
}
Facts fill_facts() {
  return {"fill",
          {},
          {},
          {},
          with_later_kinds(usual_kinds(
              {Kind::narrows_output, Kind::loses_payloads, Kind::loses_signs_of_zero, Kind::flushes_results})),
          {65535, 1 << 20},
          {},
          {},
          {"narrows its value", "does nothing for 0", "takes -1 for 1"}};
}
Facts iota_facts() {
  return {"iota",
          {},
          {},
          {},
          with_later_kinds(usual_kinds({Kind::narrows_output})),
          {65535, 1 << 20},
          {},
          {},
          {"begins with 0", "narrows its first number", "counts in float"}};
}
Facts for_each_facts() {  // its outputs are the functor's
  return {"for_each",
          {},
          {},
          {},
          {Kind::ignores_stop, Kind::swallows_exceptions, Kind::keeps_memory, Kind::keeps_memory_when_stopped,
           Kind::skips_after_stop, Kind::takes_heap},
          {},
          {},
          {},
          {"skips the last index", "ends at 65536", "ends at 2^20", "calls twice for the last index",
           "counts calls in 32 bits", "swallows what is no std::exception"}};
}
/// Members that are no operations; every operation's rows see them.
std::vector<Fault> member_faults() {
  return {{"allocate: counts nothing", "allocate", Kind::special, 1},
          {"allocate: takes nothing off the books", "allocate", Kind::special, 2},
          {"allocate: knows no limit", "allocate", Kind::special, 3},
          {"allocate: refuses the last byte", "allocate", Kind::special, 4},
          {"copy_from_host: ignores the stride of its source", "copy_from_host", Kind::special},
          {"copy_to_host: ignores the stride of its source", "copy_to_host", Kind::special}};
}
/// Threads do not matter to faults of for_each that have no output to spoil.
std::vector<Fault> loop_faults() {
  std::vector<Fault> all;
  for (const Fault& f : faults_of(for_each_facts()))
    if (f.kind != Kind::changes_with_threads) all.push_back(f);
  return all;
}

}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into moves and loops", "[planted]") {
  judge_sample<op::copy>(copy_facts());
  judge_sample<op::fill>(fill_facts());
  judge_sample<op::iota>(iota_facts());
  judge<op::for_each>(loop_faults(), 0, 3);
  judge<op::copy>(member_faults(), 0, 2);
}
TEST_CASE("the kit catches every fault planted into moves and loops", "[planted][long]") {
  judge_all<op::copy>(copy_facts());
  judge_all<op::fill>(fill_facts());
  judge_all<op::iota>(iota_facts());
  judge<op::for_each>(loop_faults(), 0, 1);
  judge<op::copy>(member_faults(), 0, 1);
}

}  // namespace isonomy::test
