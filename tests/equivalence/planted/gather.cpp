// Faults planted into gather and scatter.
#include <algorithm>

#include "isonomy/conformance/cases/gather.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::gather> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> source,
                  VectorView<const index_t> index, MatrixView<T> out, Indices indices) {
    if (number == 0) {
      const index_t n = std::min<index_t>(index.size, 65535);
      return honest(source, index.subview(0, n), out.row_block(0, n), indices);
    }
    honest(source, index, out, indices);
    for (index_t i = 1; i < out.rows;
         ++i)  // what was asked for before is not read again, but as it is in the first row
      if (index(i) == index(i - 1))
        for (index_t j = 0; j < out.columns; ++j) out(i, j) = out(0, j);
  }
};
template <>
struct Special<op::scatter> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> source,
                  VectorView<const index_t> index, MatrixView<T> out, Indices indices) {
    if (number == 0) {
      const index_t n = std::min<index_t>(index.size, 65535);
      return honest(source.row_block(0, n), index.subview(0, n), out, indices);
    }
    for (index_t j = 0; j < out.columns; ++j)
      for (index_t i = 0; i < out.rows; ++i) out(i, j) = T{0};
    honest(source, index, out, indices);
  }
};

namespace {

Facts movement_facts(const char* operation, const char* special) {
  return {operation,
          {"the source", "the index"},
          {0},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::narrows_output, Kind::loses_payloads, Kind::loses_signs_of_zero,
                       Kind::flushes_results}),
          {65535, 1 << 20},
          {65535, 1 << 20},
          {},
          {"ends at row 65535", special}};
}
Facts gather_facts() { return movement_facts("gather", "takes the first row for one that is asked for twice"); }
Facts scatter_facts() { return movement_facts("scatter", "writes zeros where nothing arrives"); }

}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into gather and scatter", "[planted]") {
  judge_sample<op::gather>(gather_facts());
  judge_sample<op::scatter>(scatter_facts());
}
TEST_CASE("the kit catches every fault planted into gather and scatter", "[planted][long]") {
  judge_all<op::gather>(gather_facts());
  judge_all<op::scatter>(scatter_facts());
}

}  // namespace isonomy::test
