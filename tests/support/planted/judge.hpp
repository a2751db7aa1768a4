// Lists of planted faults, most of them generated from what is known of an operation, and the kit's judgement of each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <iostream>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "isonomy/conformance/operation.hpp"
#include "isonomy/core/text.hpp"
#include "support/catch.hpp"
#include "support/elements.hpp"
#include "support/planted/backend.hpp"

namespace isonomy::test {

/// What is known of an operation, for the generation of its faults.
struct Facts {
  std::string operation;
  std::vector<std::string> inputs = {};                        ///< in the order of their pieces
  std::vector<index_t> strided = {};                           ///< inputs that rows give with gaps
  std::vector<index_t> telling = {};                           ///< inputs of which narrower types lose something
  std::vector<Kind> kinds = {};                                ///< further kinds that apply
  std::vector<index_t> rows = {}, columns = {}, batches = {};  ///< limits that rows pass
  std::vector<std::string> special = {};                       ///< Special<Op>, by number from 0
};

[[nodiscard]] inline std::string description(Kind kind) {
  switch (kind) {
  case Kind::flushes_denormals: return "takes denormals for 0";
  case Kind::narrows_output: return "narrows its outputs";
  case Kind::loses_last: return "does not write the last element";
  case Kind::loses_first: return "does not write the first element";
  case Kind::writes_past_the_end: return "writes behind its output";
  case Kind::loses_payloads: return "loses the payloads of NaN";
  case Kind::loses_signs_of_zero: return "loses the signs of zeros";
  case Kind::changes_with_instructions: return "depends on the instruction set";
  case Kind::changes_with_time: return "changes from call to call";
  case Kind::races: return "changes in one of seven calls with several threads";
  case Kind::spoils_aligned: return "goes wrong on aligned memory";
  case Kind::spoils_whole_blocks: return "goes wrong on whole blocks of 64";
  case Kind::spoils_repeated: return "goes wrong on one element repeated by a stride of 0";
  case Kind::spoils_moved: return "goes wrong with a context that was moved";
  case Kind::shares_state: return "goes wrong with another context at work";
  case Kind::copies_gaps: return "copies gaps";
  case Kind::flushes_results: return "gives 0 for denormal results";
  case Kind::keeps_memory_when_stopped: return "keeps memory where it is stopped";
  case Kind::skips_after_stop: return "does nothing in the call after one that was stopped";
  case Kind::takes_heap: return "takes workspace from the heap";
  case Kind::ignores_stop: return "ignores the stop token";
  case Kind::swallows_exceptions: return "swallows exceptions of functors";
  case Kind::ignores_limit: return "ignores the memory limit";
  case Kind::keeps_memory: return "keeps memory";
  case Kind::throws_sometimes: return "gives up beyond 2^20 elements";
  default: return "";
  }
}

/// The faults that can be generated, then the special ones.
[[nodiscard]] inline std::vector<Fault> faults_of(const Facts& f) {
  std::vector<Fault> all;
  const auto add = [&](const std::string& what, Kind kind, index_t number = 0) {
    all.push_back({text::joined(f.operation, ": ", what), f.operation, kind, number});
  };
  for (std::size_t k = 0; k < f.inputs.size(); ++k) {
    add("overwrites the end of " + f.inputs[k], Kind::overwrites_input, static_cast<index_t>(k));
    add("overwrites the begin of " + f.inputs[k], Kind::overwrites_first, static_cast<index_t>(k));
  }
  for (const index_t k : f.strided)
    add("ignores the stride of " + f.inputs[static_cast<std::size_t>(k)], Kind::ignores_stride, k);
  for (const index_t k : f.telling) add("narrows " + f.inputs[static_cast<std::size_t>(k)], Kind::narrows_input, k);
  for (const index_t n : f.rows) add(text::joined("loses the end beyond ", n, " rows"), Kind::loses_beyond_rows, n);
  for (const index_t n : f.columns)
    add(text::joined("loses the end beyond ", n, " columns"), Kind::loses_beyond_columns, n);
  for (const index_t n : f.batches)
    add(text::joined("loses the end beyond ", n, " matrices"), Kind::loses_beyond_batches, n);
  for (const index_t threads : {1, 2, 3, 4, 8, 16})
    add(text::joined("gives other bits with ", threads, " threads"), Kind::changes_with_threads, threads);
  for (const Kind kind : f.kinds)
    add(description(kind), kind, kind == Kind::races ? 7 : kind == Kind::throws_sometimes ? 1 << 20 : 0);
  for (std::size_t k = 0; k < f.special.size(); ++k) add(f.special[k], Kind::special, static_cast<index_t>(k));
  return all;
}

/// Kinds that apply to every operation that writes arrays.
[[nodiscard]] inline std::vector<Kind> usual_kinds(std::initializer_list<Kind> further = {}) {
  std::vector<Kind> kinds{
      Kind::loses_last,        Kind::loses_first, Kind::writes_past_the_end, Kind::changes_with_instructions,
      Kind::changes_with_time, Kind::races,       Kind::keeps_memory,        Kind::throws_sometimes};
  kinds.insert(kinds.end(), further);
  return kinds;
}

/// Kinds that somebody planted who had not seen the list.
[[nodiscard]] inline std::vector<Kind> with_later_kinds(std::vector<Kind> kinds) {
  for (const Kind kind :
       {Kind::spoils_aligned, Kind::spoils_whole_blocks, Kind::spoils_moved, Kind::shares_state, Kind::ignores_stop,
        Kind::keeps_memory_when_stopped, Kind::skips_after_stop, Kind::takes_heap})
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  return kinds;
}

/// Of operations on real numbers both, since some rows are of one alone.
template <class Op>
using JudgedElements =
    ChosenElements<typename Op::elements, choice_or(std::tuple_size_v<typename Op::elements> <= 2 ? 0 : 2)>;

/// The first row of `full` that catches the fault; nothing if none does.
template <class Op>
[[nodiscard]] std::string caught_by(const Fault& fault) {
  const During<const Fault*> plant(planted, &fault);
  cpu::ContextOptions options{};
  options.threads = 2;
  options.seed = 1;
  Context<Faulty> ctx{std::move(options)};
  conformance::Report report{"Faulty"};
  conformance::Plan plan;
  plan.first_failure = true;
  if (fault.kind == Kind::takes_heap)
    plan.heap = &conformance::HeapBytes::of_program();  // others take it to plant them
  conformance::run_operation<Op, Faulty, JudgedElements<Op>>(ctx, report, plan);
  for (const conformance::RowResult& row : report.operations.front().rows)
    if (row.status == conformance::RowStatus::failed) return row.row;
  return {};
}

/// Every `step`-th of the faults is caught, and nothing is where none is planted. All of them print the
/// rows of the table in equivalence/planted/README.md.
template <class Op>
void judge(const std::vector<Fault>& faults, std::size_t first, std::size_t step) {
  for (std::size_t n = first; n < faults.size(); n += step) {
    INFO(faults[n].name);
    const std::string row = caught_by<Op>(faults[n]);
    CHECK(row != "");
    if (step == 1) std::cout << "| " << faults[n].name << " | " << (row.empty() ? "MISSED" : row) << " |" << std::endl;
  }
}
template <class Op>
void judge_sample(const Facts& facts) {
  const std::vector<Fault> faults = faults_of(facts);
  judge<Op>(faults, facts.operation.size() % 9, 9);
}
template <class Op>
void judge_all(const Facts& facts) {
  CHECK(caught_by<Op>(Fault{"no fault", "no operation", Kind::special}) == "");
  judge<Op>(faults_of(facts), 0, 1);
}

}  // namespace isonomy::test
