#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "isonomy/estimators/profiling/features/enumerate_splits.hpp"
#include "support/catch.hpp"
#include "support/io_files.hpp"

using namespace isonomy;
using namespace isonomy::profiling;
using isonomy::test::has;
using isonomy::test::message_of;

namespace {

std::vector<index_t> at(const Split& split, index_t length, SegmentRule rule = SegmentRule::integer) {
  return indices(split, length, rule);
}

SplitOptions only(std::optional<SegmentOptions> s, std::optional<PatternOptions> p,
                  std::optional<PeriodicPatternOptions> q) {
  return {s, p, q};
}

/// The patterns as the reference lists them: cumulated steps, all shifts that fit, without repetition, sorted.
std::set<std::vector<int>> patterns_by_shifts(const PatternOptions& o) {
  std::set<std::vector<int>> out;
  for (int k = o.n_min; k <= o.n_max; ++k) {
    std::vector<std::size_t> digits(static_cast<std::size_t>(k), 0);
    for (;;) {
      std::vector<int> sums;
      int sum = 0;
      for (const auto d : digits) sums.push_back(sum += o.steps[d]);
      if (sums.back() <= o.len_max)
        for (int shift = sums.back() - o.len_max; shift < sums.front(); ++shift) {
          auto shifted = sums;
          for (int& p : shifted) p -= shift;
          out.insert(shifted);
        }
      std::size_t place = 0;
      while (place < digits.size() && ++digits[place] == o.steps.size()) digits[place++] = 0;
      if (place == digits.size()) break;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the default options give 120 segments, 182 patterns and 28 periodic patterns in order", "[profiling]") {
  const auto splits = enumerate(SplitOptions{});
  REQUIRE(splits.size() == 330);
  std::size_t kinds[3] = {0, 0, 0};
  std::vector<std::string> labels;
  for (const auto& split : splits) {
    ++kinds[split.index()];
    labels.push_back(label(split));
  }
  CHECK(kinds[0] == 120);
  CHECK(kinds[1] == 182);
  CHECK(kinds[2] == 28);
  CHECK(std::set<std::string>(labels.begin(), labels.end()).size() == 330);
  CHECK(labels[0] == "Segment(1,1)");
  CHECK(labels[1] == "Segment(1,2)");
  CHECK(labels[119] == "Segment(15,15)");
  CHECK(labels[120] == "Pattern(N,1,4)");
  CHECK(labels[121] == "Pattern(N,1,4,7)");
  CHECK(labels[122] == "Pattern(N,1,4,7,10)");
  CHECK(labels[120 + 91] == "Pattern(C,1,4)");
  CHECK(labels[302] == "PeriodicPattern(N,i+3/3,1)");
  CHECK(labels[302 + 3] == "PeriodicPattern(N,i+3/4,1)");
  CHECK(labels[329] == "PeriodicPattern(C,i+4/4,4)");
  std::size_t by_size[5] = {};
  for (const auto& split : splits)
    if (const auto* p = std::get_if<Pattern>(&split)) ++by_size[p->positions.size()];
  CHECK(by_size[2] == 2 * 23);
  CHECK(by_size[3] == 2 * 32);
  CHECK(by_size[4] == 2 * 36);
}

TEST_CASE("split sizes add up to the published sums", "[profiling]") {
  struct Sums {
    index_t length, residues, squares, small, eighths;
    std::size_t distinct;
  };
  const std::vector<Sums> table{{20, 1032, 4188, 292, 0, 234},
                                {21, 1053, 4395, 291, 0, 243},
                                {22, 1078, 4664, 290, 3, 254},
                                {23, 1101, 4917, 289, 6, 256},
                                {40, 1492, 10938, 262, 6, 292}};
  for (const auto& row : table) {
    Sums sums{row.length, 0, 0, 0, 0, 0};
    std::set<std::vector<index_t>> distinct;
    for (const auto& split : enumerate(SplitOptions{})) {
      auto list = at(split, row.length);
      const auto c = static_cast<index_t>(list.size());
      sums.residues += c;
      sums.squares += c * c;
      sums.small += c <= 4 ? 1 : 0;
      sums.eighths += c % 8 == 0 ? 1 : 0;
      std::sort(list.begin(), list.end());
      distinct.insert(list);
    }
    INFO(row.length);
    CHECK(sums.residues == row.residues);
    CHECK(sums.squares == row.squares);
    CHECK(sums.small == row.small);
    CHECK(sums.eighths == row.eighths);
    CHECK(distinct.size() == row.distinct);
  }
}

TEST_CASE("patterns are those of cumulated steps and their shifts, sorted with a prefix first", "[profiling]") {
  std::vector<PatternOptions> cases{{},
                                    {{3, 4}, 1, 1, 15},
                                    {{1}, 1, 5, 5},
                                    {{1, 2, 3}, 2, 3, 8},
                                    {{2, 5}, 2, 4, 9},
                                    {{3}, 2, 2, 6},
                                    {{3, 3}, 2, 3, 12},
                                    {{3, 40}, 2, 4, 15},
                                    {{1, 2}, 3, 9, 7}};
  for (const auto& options : cases) {
    const auto expected = patterns_by_shifts(options);
    const auto splits = enumerate(only({}, options, {}));
    REQUIRE(splits.size() == 2 * expected.size());
    std::size_t k = 0;
    for (const Terminus t : {Terminus::n, Terminus::c})
      for (const auto& positions : expected) CHECK(splits[k++] == Split(Pattern{t, positions}));
  }
}

TEST_CASE("segments are counted for any range of pieces", "[profiling]") {
  for (int low = 1; low <= 6; ++low)
    for (int high = low; high <= 20; ++high) {
      const auto splits = enumerate(only(SegmentOptions{low, high}, {}, {}));
      CHECK(splits.size() == static_cast<std::size_t>(high * (high + 1) / 2 - low * (low - 1) / 2));
    }
}

TEST_CASE("equal periodic steps give each split once", "[profiling]") {
  const auto splits = enumerate(only({}, {}, PeriodicPatternOptions{{3, 3}}));
  CHECK(splits.size() == 6);
}

TEST_CASE("segments cover a part without overlap under both rules wherever they fit", "[profiling]") {
  for (const auto rule : {SegmentRule::integer, SegmentRule::floating})
    for (index_t length = 1; length <= 200; ++length)
      for (int n = 1; n <= 15; ++n) {
        index_t next = 0;
        for (int i = 1; i <= n; ++i) {
          const auto list = at(Segment{i, n}, length, rule);
          if (n <= length) CHECK_FALSE(list.empty());
          for (const index_t k : list) CHECK(k == next++);
        }
        CHECK((rule == SegmentRule::integer ? next == length : next == length || next == length - 1));
      }
}

TEST_CASE("the two segment rules differ at the 25 known boundaries and nowhere else up to 200", "[profiling]") {
  std::vector<std::vector<index_t>> differing;
  for (index_t length = 1; length <= 200; ++length)
    for (index_t n = 1; n <= 15; ++n)
      for (index_t j = 0; j <= n; ++j) {
        const auto exact = segment_boundary(length, n, j, SegmentRule::integer);
        const auto floating = segment_boundary(length, n, j, SegmentRule::floating);
        CHECK(exact ==
              static_cast<index_t>(std::floor(static_cast<long double>(length * j) / static_cast<long double>(n))));
        if (exact == floating) continue;
        CHECK(floating == exact - 1);
        differing.push_back({length, n, j});
      }
  const std::vector<std::vector<index_t>> expected{
      {15, 11, 11},  {15, 13, 13},  {30, 11, 11},  {30, 13, 13},  {49, 11, 11},  {60, 11, 11},  {60, 13, 13},
      {61, 7, 7},    {61, 14, 14},  {63, 13, 13},  {98, 11, 11},  {107, 13, 13}, {109, 11, 11}, {113, 13, 13},
      {115, 7, 7},   {115, 14, 14}, {120, 11, 11}, {120, 13, 13}, {122, 7, 7},   {122, 14, 7},  {122, 14, 14},
      {123, 15, 15}, {126, 13, 13}, {185, 11, 11}, {196, 11, 11}};
  CHECK(differing == expected);
}

TEST_CASE("patterns keep their order and count from their terminus", "[profiling]") {
  CHECK(at(Pattern{Terminus::n, {1, 4, 8}}, 20) == std::vector<index_t>{0, 3, 7});
  CHECK(at(Pattern{Terminus::c, {1, 4, 8}}, 20) == std::vector<index_t>{19, 16, 12});
  CHECK(at(Pattern{Terminus::c, {1, 8}}, 8) == std::vector<index_t>{7, 0});
  CHECK_THROWS_AS(at(Pattern{Terminus::n, {1, 9}}, 8), ValueError);
  CHECK(has(message_of<ValueError>([] { at(Pattern{Terminus::n, {1, 9}}, 8); }), "Pattern(N,1,9) needs 9"));
}

TEST_CASE("periodic patterns alternate their steps up to the end of the part", "[profiling]") {
  CHECK(at(PeriodicPattern{Terminus::n, 3, 4, 2}, 20) == std::vector<index_t>{1, 4, 8, 11, 15, 18});
  CHECK(at(PeriodicPattern{Terminus::c, 3, 4, 2}, 20) == std::vector<index_t>{18, 15, 11, 8, 4, 1});
  CHECK(at(PeriodicPattern{Terminus::n, 4, 3, 1}, 8) == std::vector<index_t>{0, 4, 7});
  for (index_t length = 1; length <= 200; ++length)
    for (const int start : {1, 2, 3, 4}) {
      std::vector<index_t> expected;
      for (index_t position = start, k = 0; position <= length; position += k++ % 2 == 0 ? 3 : 4)
        expected.push_back(position - 1);
      CHECK(at(PeriodicPattern{Terminus::n, 3, 4, start}, length) == expected);
      for (auto& index : expected) index = length - 1 - index;
      CHECK(at(PeriodicPattern{Terminus::c, 3, 4, start}, length) == expected);
    }
}

TEST_CASE("a periodic pattern that starts beyond the part has no index", "[profiling]") {
  CHECK(at(PeriodicPattern{Terminus::n, 4, 3, 4}, 3).empty());
  CHECK(at(PeriodicPattern{Terminus::c, 4, 3, 4}, 3).empty());
  CHECK(at(PeriodicPattern{Terminus::n, 4, 3, 3}, 3) == std::vector<index_t>{2});
  // With 3 residues and the steps 3 and 4 the starts 4 are left out: 2 * (3 + 3 + 3 + 3).
  CHECK(enumerate(only({}, {}, PeriodicPatternOptions{}), 3).size() == 24);
  CHECK(enumerate(only({}, {}, PeriodicPatternOptions{}), 4).size() == 28);
}

TEST_CASE("indices of an empty part and of more segments than residues", "[profiling]") {
  CHECK(at(Segment{1, 1}, 0).empty());
  CHECK(at(Segment{1, 2}, 1).empty());
  CHECK(at(Segment{2, 2}, 1) == std::vector<index_t>{0});
  CHECK_THROWS_AS(at(Segment{1, 1}, -1), ValueError);
}

TEST_CASE("labels read back to the same split, blanks or not", "[profiling]") {
  for (const auto& split : enumerate(SplitOptions{})) CHECK(parse_split(label(split)) == split);
  CHECK(label(Segment{2, 3}) == "Segment(2,3)");
  CHECK(label(Pattern{Terminus::n, {1, 4, 8}}) == "Pattern(N,1,4,8)");
  CHECK(label(PeriodicPattern{Terminus::c, 3, 4, 2}) == "PeriodicPattern(C,i+3/4,2)");
  CHECK(parse_split(" Pattern( N, 1 , 4,8 ) ") == Split(Pattern{Terminus::n, {1, 4, 8}}));
  CHECK(parse_split("PeriodicPattern(C, i + 3/4, 2)") == Split(PeriodicPattern{Terminus::c, 3, 4, 2}));
}

TEST_CASE("malformed splits are refused with their text", "[profiling]") {
  for (const char* text : {"",
                           "Segment",
                           "Segment()",
                           "Segment(1)",
                           "Segment(1,2,3)",
                           "Segment(3,2)",
                           "Segment(0,2)",
                           "Segment(-1,2)",
                           "Segment(1,2",
                           "Segment(1.5,2)",
                           "Segment(a,2)",
                           "segment(1,2)",
                           "Segments(1,2)",
                           "Segment(99999999999,2)",
                           "Segment(1,2))",
                           "Segment(1,2)x",
                           "Segment(,2)",
                           "Pattern(N)",
                           "Pattern(X,1,2)",
                           "Pattern(N,2,1)",
                           "Pattern(N,1,1)",
                           "Pattern(N,0,1)",
                           "Pattern(1,4)",
                           "Pattern(n,1,4)",
                           "PeriodicPattern(N,3/4,1)",
                           "PeriodicPattern(N,i+3,1)",
                           "PeriodicPattern(N,i+3/4)",
                           "PeriodicPattern(N,i+3/4,0)",
                           "PeriodicPattern(N,i+0/4,1)",
                           "PeriodicPattern(Q,i+3/4,1)",
                           "PeriodicPattern(N,i+3/4,1,2)",
                           "(1,2)",
                           "()"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_split(text), ValueError);
  }
  CHECK(has(message_of<ValueError>([] { parse_split("Segment(3,2)"); }), "Segment(3,2)"));
  CHECK_THROWS_AS(validate(Split(Pattern{Terminus::n, {}})), ValueError);
  CHECK_THROWS_AS(validate(Split(Pattern{static_cast<Terminus>('X'), {1}})), ValueError);
}

TEST_CASE("a split needs as many residues as segments, its last position, or its start", "[profiling]") {
  CHECK(required_length(Segment{2, 13}) == 13);
  CHECK(required_length(Pattern{Terminus::c, {1, 4, 9}}) == 9);
  CHECK(required_length(PeriodicPattern{Terminus::c, 3, 4, 2}) == 2);
}

TEST_CASE("split options are checked", "[profiling]") {
  CHECK_NOTHROW(validate(SplitOptions{}));
  const auto segment = [](int low, int high) { return only(SegmentOptions{low, high}, {}, {}); };
  CHECK_NOTHROW(validate(segment(3, 3)));
  CHECK_THROWS_AS(validate(segment(0, 3)), ValueError);
  CHECK_THROWS_AS(validate(segment(1, 0)), ValueError);
  CHECK_THROWS_AS(validate(segment(4, 3)), ValueError);
  const auto pattern = [](std::vector<int> steps, int low, int high, int longest) {
    return only({}, PatternOptions{std::move(steps), low, high, longest}, {});
  };
  CHECK_NOTHROW(validate(pattern({3, 3}, 2, 4, 15)));
  CHECK_THROWS_AS(validate(pattern({3, 4}, 0, 4, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({3, 4}, 2, 0, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({3, 4}, 3, 2, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({3, 4}, 2, 4, 0)), ValueError);
  CHECK_THROWS_AS(validate(pattern({}, 2, 4, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({4, 3}, 2, 4, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({0, 3}, 2, 4, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({-1, 3}, 2, 4, 15)), ValueError);
  CHECK_THROWS_AS(validate(pattern({15}, 1, 4, 15)), ValueError);
  const auto periodic = [](std::vector<int> steps) { return only({}, {}, PeriodicPatternOptions{std::move(steps)}); };
  CHECK_NOTHROW(validate(periodic({3, 3})));
  CHECK_NOTHROW(validate(periodic({1, 9})));
  CHECK_THROWS_AS(validate(periodic({})), ValueError);
  CHECK_THROWS_AS(validate(periodic({3})), ValueError);
  CHECK_THROWS_AS(validate(periodic({3, 4, 5})), ValueError);
  CHECK_THROWS_AS(validate(periodic({4, 3})), ValueError);
  CHECK_THROWS_AS(validate(periodic({0, 3})), ValueError);
  CHECK_THROWS_AS(validate(only({}, {}, {})), ValueError);
  CHECK(has(message_of<ValueError>([&] { validate(segment(4, 3)); }), "n_split_min=4 exceeds n_split_max=3"));
}

TEST_CASE("a pattern that can never fit warns, and is an error where it is alone", "[profiling]") {
  const PatternOptions empty{{3}, 2, 2, 4};
  CHECK(has(message_of<ValueError>([&] { validate(only({}, empty, {})); }), "yields no split"));
  const auto options = only(SegmentOptions{1, 2}, empty, {});
  CHECK(enumerate(options).size() == 3);
  const auto clamped = clamp(options, 20);
  REQUIRE(clamped.warnings.size() == 1);
  CHECK(has(clamped.warnings[0], "contributes no split"));
}

TEST_CASE("a mistaken number of splits is refused instead of exhausting memory", "[profiling]") {
  CHECK_THROWS_AS(enumerate(only({}, PatternOptions{{1, 2, 3, 4}, 2, 40, 200}, {})), ValueError);
  CHECK_THROWS_AS(enumerate(only(SegmentOptions{1, 2'000'000'000}, {}, {})), ValueError);
  CHECK_THROWS_AS(enumerate(only({}, {}, PeriodicPatternOptions{{3, 2'000'000'000}})), ValueError);
}

TEST_CASE("splits are clamped to the shortest part with one warning", "[profiling]") {
  struct Case {
    index_t length;
    int n_split_max;
    bool pattern, periodic;
  };
  for (const auto& c : std::vector<Case>{{1, 1, false, false},
                                         {2, 2, false, false},
                                         {3, 3, false, true},
                                         {4, 4, false, true},
                                         {5, 5, false, true},
                                         {14, 14, false, true}}) {
    const auto clamped = clamp(SplitOptions{}, c.length);
    INFO(c.length);
    REQUIRE(clamped.options.segment);
    CHECK(clamped.options.segment->n_split_max == c.n_split_max);
    CHECK(clamped.options.segment->n_split_min == 1);
    CHECK(clamped.options.pattern.has_value() == c.pattern);
    CHECK(clamped.options.periodic_pattern.has_value() == c.periodic);
    REQUIRE(clamped.warnings.size() == 1);
    CHECK(has(clamped.warnings[0], std::to_string(c.length) + " residues"));
  }
  const auto fits = clamp(SplitOptions{}, 15);
  CHECK(fits.options == SplitOptions{});
  CHECK(fits.warnings.empty());
  CHECK(clamp(SplitOptions{}, 0).options.segment->n_split_max == 1);
  CHECK_THROWS_AS(clamp(SplitOptions{}, -1), ValueError);
}

TEST_CASE("clamping lowers n_split_min with n_split_max and keeps one family", "[profiling]") {
  CHECK(clamp(only(SegmentOptions{5, 9}, {}, {}), 3).options.segment == SegmentOptions{3, 3});
  CHECK(clamp(only(SegmentOptions{5, 9}, {}, {}), 9).options.segment == SegmentOptions{5, 9});
  const auto fallback = clamp(only({}, PatternOptions{}, {}), 7);
  CHECK(fallback.options.segment == SegmentOptions{1, 7});
  CHECK_FALSE(fallback.options.pattern);
  REQUIRE(fallback.warnings.size() == 1);
  CHECK(has(fallback.warnings[0], "segment added"));
  const auto periodic = clamp(only({}, {}, PeriodicPatternOptions{}), 3);
  CHECK_FALSE(periodic.options.segment);
  CHECK(periodic.warnings.empty());
}
