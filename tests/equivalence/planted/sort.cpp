// Faults planted into stable_sort_by_key, rank_average, select_k and select_candidates.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "isonomy/conformance/cases/select_candidates.hpp"
#include "isonomy/conformance/cases/sort.hpp"
#include "support/catch.hpp"
#include "support/planted/judge.hpp"

namespace isonomy::test {

template <>
struct Special<op::stable_sort_by_key> {
  template <class Honest, class K, class V, class... Offsets>
  static void run(const Honest& honest, index_t number, cpu::Context&, VectorView<K> keys, VectorView<V> values,
                  Offsets... offsets) {
    if (number == 2 && keys.size > 1 && sorted_down(keys)) return;  // gives up on what is the wrong way round
    honest(keys, values, offsets...);
    if constexpr (sizeof...(Offsets) == 0)
      segment(number, keys, values, 0, keys.size);
    else
      for (index_t s = 0; s + 1 < (offsets.size, ...); ++s)
        segment(number, keys, values, (offsets(s), ...), (offsets(s + 1), ...));
  }

 private:
  template <class K>
  static bool sorted_down(VectorView<K> keys) {
    for (index_t i = 0; i + 1 < keys.size; ++i)
      if (total_less(keys(i), keys(i + 1))) return false;
    return total_less(keys(keys.size - 1), keys(0));
  }
  template <class K, class V>
  static void segment(index_t number, VectorView<K> keys, VectorView<V> values, index_t first, index_t last) {
    if (number == 0)
      for (index_t i = first; i + 1 < last; ++i)
        if (keys(i) == keys(i + 1)) std::swap(values(i), values(i + 1));
    if (number != 1) return;
    for (index_t i = first, front = first; i < last; ++i)
      if (keys(i) != keys(i)) {
        std::swap(keys(i), keys(front));
        std::swap(values(i), values(front++));
      }
  }
};
template <>
struct Special<op::rank_average> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, VectorView<const T> x,
                  VectorView<const index_t> offsets, VectorView<double> out) {
    honest(x, offsets, out);
    for (index_t s = 0; s + 1 < offsets.size; ++s)
      for (index_t i = offsets(s); i < offsets(s + 1); ++i) {
        if (number == 0 && offsets(s + 1) - offsets(s) < 1000) {  // the smallest rank of equals
          double equal = 0;
          for (index_t j = offsets(s); j < offsets(s + 1); ++j) equal += x(j) == x(i);
          out(i) -= (equal - 1) / 2;
        }
        if (number == 1 && out(i) > 65535) out(i) -= 65536;
        if (number == 2 && x(i) != x(i)) out(i) = 0;
      }
  }
};
template <>
struct Special<op::select_k> {
  template <class Honest, class T>
  static void run(const Honest& honest, index_t number, cpu::Context&, MatrixView<const T> x, MatrixView<T> values,
                  MatrixView<index_t> indices) {
    honest(x, values, indices);
    for (index_t i = 0; i < values.rows; ++i) {
      if (number == 0 && values.columns > 1) {
        std::swap(values(i, 0), values(i, 1));
        std::swap(indices(i, 0), indices(i, 1));
      }
      for (index_t r = 0; number == 1 && r + 1 < values.columns; ++r)
        if (values(i, r) == values(i, r + 1)) std::swap(indices(i, r), indices(i, r + 1));
      if (number == 2 && values.columns > 1024) indices(i, 1024) = 0;
      if (number == 3 && values.columns > 65535) values(i, 65535) = values(i, 0);
    }
  }
};

template <>
struct Special<op::select_candidates> {
  template <class Honest>
  static CandidateCut run(const Honest& honest, index_t number, cpu::Context&, VectorView<const double> x, index_t k,
                          double margin, VectorView<index_t> places, VectorView<double> values) {
    const auto of_changed = [&](const auto& f) {
      std::vector<double> changed;
      for (index_t i = 0; i < x.size; ++i) changed.push_back(f(x(i)));
      return honest(VectorView<const double>(changed.data(), x.size), k, margin, places, values);
    };
    switch (number) {
    case 0: return honest(x, k, 0.0, places, values);
    case 1: return honest(x, k, 2 * margin, places, values);
    case 2: return honest(x, std::max<index_t>(k & 0xffff, 1), margin, places, values);
    case 3: return of_changed([](double v) { return v == 0 ? -1.0 : v; });
    case 4: return of_changed([](double v) { return v != v ? 0.0 : v; });
    case 5: return of_changed([](double v) { return v < std::numeric_limits<double>::min() ? v * 0 : v; });
    default: break;
    }
    CandidateCut cut = honest(x, k, margin, places, values);
    if (number == 6)
      for (index_t i = 0; i < cut.chosen / 2; ++i) {
        std::swap(places(i), places(cut.chosen - 1 - i));
        std::swap(values(i), values(cut.chosen - 1 - i));
      }
    for (index_t i = 0; number == 7 && i < cut.chosen; ++i) values(i) = x(places(i));
    for (index_t i = 0; number == 8 && i < cut.chosen; ++i) places(i) &= 0xffff;
    if (number == 9 && cut.next == cut.value) cut.next = -std::numeric_limits<double>::infinity();
    if (number == 10) cut.counted = std::min(cut.counted, cut.chosen);
    return cut;
  }
};

namespace {

Facts sort_facts() {
  return {"stable_sort_by_key",
          {"the offsets"},
          {},
          {},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output, Kind::loses_payloads,
                       Kind::loses_signs_of_zero}),
          {65535, 1 << 20},
          {},
          {},
          {"is not stable", "puts NaN first", "gives up on descending keys"}};
}
Facts rank_facts() {
  return {"rank_average",
          {"x", "the offsets"},
          {0},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"gives the smallest rank of equals", "counts in 16 bits", "ranks NaN"}};
}
Facts select_facts() {
  return {"select_k",
          {"x"},
          {},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output, Kind::loses_payloads,
                       Kind::loses_signs_of_zero}),
          {65535, 1 << 20},
          {65535, 1 << 20},
          {},
          {"swaps neighbours", "takes the last of equals", "knows no k beyond 1024", "knows no k beyond 65535"}};
}

Facts select_candidates_facts() {
  return {"select_candidates",
          {"x"},
          {0},
          {0},
          usual_kinds({Kind::ignores_stop, Kind::ignores_limit, Kind::narrows_output}),
          {65535, 1 << 20},
          {},
          {},
          {"knows no margin", "takes the margin twice", "takes k in 16 bits", "does not count zeros", "counts NaN as 0",
           "takes denormals for 0", "turns the order of places", "keeps the signs of zeros", "gives places in 16 bits",
           "passes over equals behind the k-th", "counts those chosen alone"}};
}

}  // namespace

TEST_CASE("the kit catches a sample of the faults planted into sorts", "[planted]") {
  judge_sample<op::stable_sort_by_key>(sort_facts());
  judge_sample<op::rank_average>(rank_facts());
  judge_sample<op::select_k>(select_facts());
  judge_sample<op::select_candidates>(select_candidates_facts());
}
TEST_CASE("the kit catches every fault planted into sorts", "[planted][long]") {
  judge_all<op::stable_sort_by_key>(sort_facts());
  judge_all<op::rank_average>(rank_facts());
  judge_all<op::select_k>(select_facts());
  judge_all<op::select_candidates>(select_candidates_facts());
}

}  // namespace isonomy::test
