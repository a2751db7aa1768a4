// Conformance rows of select_candidates, which moves and compares values, hence exact.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isonomy/backend/operation.hpp"
#include "isonomy/conformance/rows.hpp"
#include "isonomy/core/error.hpp"
#include "isonomy/core/text.hpp"
#include "isonomy/ops/sort/select_candidates.hpp"

namespace isonomy::conformance {

template <>
struct Cases<op::select_candidates> {
  template <class Tag, class T>
  static constexpr bool callable = requires(Context<Tag>& ctx, op::Input<Backend<Tag>, T> x,
                                            op::Output<Backend<Tag>, index_t> places,
                                            op::Output<Backend<Tag>, T> values) {
    CandidateCut(select_candidates(ctx, x, index_t{1}, 0.0, places, values));
  };

  template <class Tag, class T>
  static void run(Rows<Tag>& rows) {
    for (const Data kind : all_data)
      for (const index_t n : {0, 1, 2, 7, 100, 1024, 5003})
        for (const auto& [k, margin] : wishes(n, kind)) row<Tag>(rows, {n, 1 + n % 3, kind, k, margin});
    row<Tag>(rows, {20011, 1, Data::random, 1000, 0.01});
    // The k-th is a zero, and there are more of them.
    for (const index_t n : {1000, 1001, 1002, 1003, 3000}) row<Tag>(rows, {n, 1, Data::ties, 9 * n / 20, 0});
    // Nothing counts; all that count begin with the same digits.
    row<Tag>(rows, {300, 1, Data::random, 5, 0, Shift::below});
    row<Tag>(rows, {9000, 1, Data::random, 500, 0, Shift::above});
    refusals<Tag>(rows);
    if (!rows.full()) return;
    for (const index_t n : {65549, 1048601})
      for (const index_t stride : {1, 2}) row<Tag>(rows, {n, stride, Data::random, n / 20, 1e-3});
    row<Tag>(rows, {1048601, 1, Data::ties, 700001, 0});
    row<Tag>(rows, {1048601, 1, Data::mixed, 1048601, std::numeric_limits<double>::infinity()});
    row<Tag>(rows, {70001, 1, Data::duplicates, 3500, 1e-3}, 3);
    rows.stops("asked to stop", 1 << 16, [](Call<Tag>& call, index_t n) {
      const auto x = call.apart([&] { return Operand<double>(n, 1).fill(Data::random, 3); });
      call.result("cut", select_candidates(call.context(), call.input("x", x).vector(), n / 20, 1e-3,
                                           call.output("places", Operand<index_t>(n, 1)).vector(),
                                           call.output("values", Operand<double>(n, 1)).vector()));
    });
  }

 private:
  enum class Shift { none, below, above };
  struct Wish {
    index_t n, stride;
    Data kind;
    index_t k;
    double margin;
    Shift shift = Shift::none;
  };

  /// One, some, all that count or more than there are; no margin, one, and all.
  static std::vector<std::pair<index_t, double>> wishes(index_t n, Data kind) {
    const double wide = kind == Data::denormal ? 40 * std::numeric_limits<double>::denorm_min() : 0.125;
    return {{1, 0}, {std::max<index_t>(n / 5, 1), wide}, {n + 3, 0}, {1, std::numeric_limits<double>::infinity()}};
  }
  static Operand<double> numbers(const Wish& w, std::uint64_t seed) {
    Operand<double> x = Operand<double>(w.n, w.stride).fill(w.kind, seed);
    for (index_t i = 0; i < w.n; ++i) {
      if (w.shift == Shift::below) x(i) = -1 - x(i) * x(i);
      if (w.shift == Shift::above) x(i) = 1e6 + x(i);
    }
    return x;
  }

  template <class Tag>
  static void row(Rows<Tag>& rows, const Wish& w, int races = 0) {
    const std::string label = text::joined(w.n, " stride ", w.stride, " ", name(w.kind),
                                           w.shift == Shift::below   ? " below 0"
                                           : w.shift == Shift::above ? " far above 0"
                                                                     : "",
                                           " k ", w.k, " margin ", w.margin);
    if (!rows.wants(label)) return;
    const Operand<double> x = numbers(w, rows.seed(label));
    const Operand<index_t> places(w.n, 4 - w.stride);
    const Operand<double> values(w.n, w.stride);
    Operand<index_t> expected_places = places;
    Operand<double> expected_values = values;
    const CandidateCut cut = expected(x, w, expected_places, expected_values);
    rows.row(
        label,
        [&](Call<Tag>& call) {
          const CandidateCut found =
              select_candidates(call.context(), call.input("x", x).vector(), w.k, w.margin,
                                call.output("places", places).vector(), call.output("values", values).vector());
          call.result("counted", found.counted);
          call.result("chosen", found.chosen);
          call.result("k-th", found.value);
          call.result("next", found.next);
        },
        [&](Verdict& verdict, const Outcome& outcome) {
          verdict.exact("places", outcome.of<index_t>("places"), expected_places);
          verdict.exact("values", outcome.of<double>("values"), expected_values);
          verdict.exact("counted", outcome.of<index_t>("counted"), contiguous(std::vector{cut.counted}));
          verdict.exact("chosen", outcome.of<index_t>("chosen"), contiguous(std::vector{cut.chosen}));
          verdict.exact("k-th", outcome.of<double>("k-th"), contiguous(std::vector{cut.value}));
          verdict.exact("next", outcome.of<double>("next"), contiguous(std::vector{cut.next}));
        },
        races);
  }
  static CandidateCut expected(const Operand<double>& x, const Wish& w, Operand<index_t>& places,
                               Operand<double>& values) {
    CandidateCut cut;
    std::vector<double> sorted;
    for (index_t i = 0; i < w.n; ++i)
      if (x(i) >= 0) sorted.push_back(x(i) == 0 ? 0.0 : x(i));
    if (sorted.empty()) return cut;
    std::sort(sorted.rbegin(), sorted.rend());
    cut.counted = static_cast<index_t>(sorted.size());
    const auto k = static_cast<std::size_t>(std::min(w.k, cut.counted));
    cut.value = sorted[k - 1];
    if (k < sorted.size()) cut.next = sorted[k];
    const double least = cut.value - w.margin;
    for (index_t i = 0; i < w.n; ++i) {
      if (!(x(i) >= 0) || x(i) < least) continue;
      places(cut.chosen) = i;
      values(cut.chosen++) = x(i) == 0 ? 0.0 : x(i);
    }
    return cut;
  }

  template <class Tag>
  static void refusals(Rows<Tag>& rows) {
    const auto call_of = [](index_t n, index_t k, double margin, index_t room) {
      return [=](Call<Tag>& call) {
        static_cast<void>(select_candidates(call.context(),
                                            call.input("x", Operand<double>(n, 1).fill(Data::random, 1)).vector(), k,
                                            margin, call.output("places", Operand<index_t>(room, 1)).vector(),
                                            call.output("values", Operand<double>(n, 1)).vector()));
      };
    };
    rows.template throws<ShapeError>("too little room for places", call_of(9, 2, 0, 8));
    rows.template throws<ValueError>("none wanted", call_of(9, 0, 0, 9));
    rows.template throws<ValueError>("a margin below 0", call_of(9, 2, -1, 9));
    rows.template throws<ValueError>("a margin that is no number",
                                     call_of(9, 2, std::numeric_limits<double>::quiet_NaN(), 9));
  }
};

}  // namespace isonomy::conformance
