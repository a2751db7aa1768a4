#include "report.hpp"

#include <cstdio>
#include <exception>
#include <map>

#include "isonomy/core/text.hpp"
#include "isonomy/io/text/json.hpp"
#include "isonomy/io/text/json_reader.hpp"
#include "isonomy/version.hpp"

namespace isonomy::gates {
namespace {

const char* word(End end) {
  switch (end) {
  case End::passed: return "passed";
  case End::too_slow: return "TOO SLOW";
  case End::not_equal: return "NOT EQUAL";
  case End::not_run: return "NOT RUN";
  default: return "no device";
  }
}
const char* word(Role role) {
  switch (role) {
  case Role::one_core: return "one_core";
  case Role::all_cores: return "all_cores";
  case Role::resident: return "resident";
  case Role::with_transfers: return "with_transfers";
  default: return "yardstick";
  }
}

template <class... T>
std::string formatted(const char* format, T... values) {
  char line[400];
  std::snprintf(line, sizeof line, format, values...);
  return line;
}

const Peak& peak_of(const Machine& machine, Demand::Of of) {
  return of == Demand::Of::bytes ? machine.bytes : of == Demand::Of::flops ? machine.flops : machine.tensor_flops;
}

/// The share of what the device offers that the resident leg uses; 0: not known.
double share_of_roofline(const Outcome& outcome, const Machine& machine) {
  const Timing* const resident = quickest(outcome.timings, Role::resident);
  if (!outcome.demand || resident == nullptr) return 0;
  const double offered = peak_of(machine, outcome.demand->of).amount;
  return offered > 0 ? outcome.demand->amount / offered / resident->median() : 0;
}

/// What AAanalysis took for the set, on the machine that the committed figures are of.
std::string figure_of_reference(const char* set, const std::string& path) {
  try {
    const io::JsonValue all = io::read_json(io::Source(path, "table of figures"));
    const auto text = [](const io::JsonValue& of, const char* key) {
      const io::JsonValue* const found = of.find(key);
      return found == nullptr ? std::string() : found->text;
    };
    for (const io::JsonValue& run : all.find("results")->elements)
      if (text(run, "library") == "aaanalysis" && text(run, "data") == set)
        return text::joined("  AAanalysis on this set, ANOTHER MACHINE (", text(*all.find("machine"), "cpu"), ", ",
                            text(all, "date").substr(0, 10), ", ", path, "): ", text(run, "median_seconds"), " s\n");
    return text::joined("  AAanalysis: no figure of ", set, " in ", path, "\n");
  } catch (const std::exception& e) {
    return text::joined("  AAanalysis: no figure: ", e.what(), "\n");
  }
}

std::string roofline(const Outcome& outcome, const Machine& machine) {
  const double share = share_of_roofline(outcome, machine);
  const Demand& demand = *outcome.demand;
  const Peak& peak = peak_of(machine, demand.of);
  const char* const unit = demand.of == Demand::Of::bytes ? "TB/s" : "TFLOP/s";
  if (share == 0) return text::joined("  roofline: not known: ", peak.source, "\n");
  return formatted("  roofline: %.1f %% of %.3g %s (%s), counting %s\n", 100 * share, peak.amount / 1e12, unit,
                   peak.source.c_str(), demand.counted.c_str());
}

void write_timing(io::JsonWriter& out, const Timing& timing) {
  out.open_object().member("role", word(timing.role)).member("name", timing.name);
  out.member("median_seconds", timing.median()).member("least", timing.least()).member("most", timing.most());
  out.member("warm", timing.warm).key("seconds").open_array();
  for (const double s : timing.seconds) out.value(s);
  out.close().close();
}

void write_peak(io::JsonWriter& out, const char* name, const Peak& peak) {
  out.key(name).open_object().member("a_second", peak.amount).member("source", peak.source).close();
}

void write_entry(io::JsonWriter& out, const Entry& entry, const Machine& machine) {
  const auto& [gate, outcome] = entry;
  out.open_object().member("gate", gate.name).member("work", gate.work).member("end", word(outcome.end));
  out.member("size", outcome.size).member("full_size", gate.size).member("unit", gate.unit);
  out.member("difference", outcome.difference).member("ratio", outcome.ratio).member("wanted", outcome.wanted);
  out.member("subject", word(gate.subject)).member("against", word(gate.against));
  out.member("share_of_roofline", share_of_roofline(outcome, machine)).key("crossover");
  if (outcome.crossover)
    out.value(*outcome.crossover);
  else
    out.null();
  out.key("legs").open_array();
  for (const Timing& timing : outcome.timings) write_timing(out, timing);
  out.close().close();
}

}  // namespace

std::string table(const Entry& entry, const Machine& machine, const std::string& figures) {
  const auto& [gate, outcome] = entry;
  std::string out = text::joined("\n", gate.name, ": ", gate.work, ", ", outcome.size, " ", gate.unit);
  if (outcome.size != gate.size) out += text::joined(" (the gate is meant for ", gate.size, ")");
  out += "\n";
  if (outcome.timings.empty()) return text::joined(out, "  ", word(outcome.end), ": ", outcome.difference, "\n");
  out += formatted("  %-34s %12s %25s %8s\n", "host and device agree", "median, ms", "least to most", "samples");
  for (const Timing& t : outcome.timings)
    out += formatted("  %-34s %12.4f %12.4f %12.4f %5zu%s\n", t.name.c_str(), 1e3 * t.median(), 1e3 * t.least(),
                     1e3 * t.most(), t.seconds.size(), t.warm ? "" : " cold");
  if (gate.figures != nullptr) out += figure_of_reference(gate.figures, figures);
  out += formatted(
      "  ratio: %s / %s = %.3g, at least %.3g wanted: %s\n", quickest(outcome.timings, gate.against)->name.c_str(),
      quickest(outcome.timings, gate.subject)->name.c_str(), outcome.ratio, outcome.wanted, word(outcome.end));
  out += roofline(outcome, machine);
  if (outcome.crossover)
    return out + text::joined("  crossover: with transfers not slower than all cores from ", *outcome.crossover, " ",
                              gate.unit, " on\n");
  return out + text::joined("  crossover: none up to ", outcome.size, " ", gate.unit, "\n");
}

std::string summary(const std::vector<Entry>& entries) {
  std::string out = formatted("\n%-22s %12s %10s %10s  %s\n", "gate", "size", "ratio", "wanted", "");
  for (const auto& [gate, outcome] : entries)
    out += formatted("%-22s %12lld %10.3g %10.3g  %s\n", gate.name, static_cast<long long>(outcome.size), outcome.ratio,
                     outcome.wanted, word(outcome.end));
  return out;
}

std::string json(const std::vector<Entry>& entries, const Machine& machine, const Request& request) {
  io::JsonWriter out;
  out.open_object().member("schema", "isonomy-gates").member("version", 1);
  out.member("device", machine.device).member("driver", machine.driver).member("runtime", machine.runtime);
  out.member("cublas", machine.blas).member("cub", machine.cub);
  out.member("processor", machine.processor).member("threads", machine.threads);
  out.member("compiler", ISONOMY_BENCH_COMPILER).member("flags", ISONOMY_BENCH_FLAGS);
  out.member("device_compiler", ISONOMY_BENCH_DEVICE_COMPILER).member("commit", ISONOMY_BENCH_COMMIT);
  out.member("isonomy", version_string).member("fraction", request.fraction).member("demand", request.demand);
  out.member("scale_step", request.scale_step);
  out.key("peaks").open_object();
  write_peak(out, "bytes", machine.bytes);
  write_peak(out, "flops", machine.flops);
  write_peak(out, "tensor_flops", machine.tensor_flops);
  out.close().key("gates").open_array();
  for (const Entry& entry : entries) write_entry(out, entry, machine);
  return out.close().close().text();
}

}  // namespace isonomy::gates
