#!/usr/bin/env python3
"""Compares profiling with CPP.run of AAanalysis and writes results/profiling.json.

    python profiling.py [--repeats 5] [--skip-syn10000] [--threads 1 16]

Runs of both programs alternate, every one in a process of its own; medians are
reported. On each data set both can do, the features of our run are compared with the
reference's of the same round. Larger sets are run with ours alone: the reference needs
20 GB for 10,000 sequences already. profiling.sh prepares the reference and the program.
Exit status 1: the features differ.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BOTH = ("dom_gsec", "syn1000", "syn10000")
OURS_ONLY = ("aa_sa", "syn100000", "syn1000000")
SYN10000_BYTES = 22 * 10 ** 9  # what the reference needs for 10,000 sequences, and a margin
STATISTICS = ("abs_auc", "abs_mean_dif", "mean_dif", "std_test", "std_ref")
P_VALUES = ("p_val_mann_whitney", "p_val_fdr_bh")
MEASURED = ("data", "rows", "threads", "seconds", "cpu_seconds", "peak_rss_bytes", "selected")


def output_of(command):
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True,
                                env=dict(os.environ, LC_ALL="C"))
        return result.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine():
    fields = dict(line.split(":", 1) for line in output_of(["lscpu"]).splitlines() if ":" in line)
    memory = [line.split()[1] for line in open("/proc/meminfo", encoding="ascii")
              if line.startswith("MemTotal")]
    return {"cpu": fields.get("Model name", platform.processor()).strip(),
            "architecture": platform.machine(), "cores": os.cpu_count(),
            "threads_per_core": int(fields.get("Thread(s) per core", "0")),
            "memory_bytes": int(memory[0]) * 1024, "system": platform.system() + " "
            + platform.release()}


def available_bytes():
    for line in open("/proc/meminfo", encoding="ascii"):
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) * 1024
    return 0


def find_program(given):
    candidates = [given] if given else [
        os.path.join(ROOT, "build", preset, "benchmarks", "profiling")
        for preset in ("bench", "release")]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return os.path.abspath(candidate)
    sys.exit("no program to time; build it first: cmake --preset bench && "
             "cmake --build --preset bench --target benchmark_profiling")


def json_lines(command):
    """Runs a program; its output's lines which are JSON."""
    result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    if result.returncode or not lines:
        sys.exit(f"failed with {result.returncode}: {' '.join(command)}\n{result.stdout}")
    return [json.loads(line) for line in lines]


def read_table(path):
    with open(path, encoding="utf-8") as file:
        header, *rows = [line.rstrip("\n").split("\t") for line in file]
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def agreement(ours, reference):
    """How two tables of selected features compare."""
    ours, reference = read_table(ours), read_table(reference)
    result = {"same_features": sorted(ours["feature"]) == sorted(reference["feature"]),
              "same_order": ours["feature"] == reference["feature"],
              "selected": len(reference["feature"])}
    if result["same_order"]:
        for name in STATISTICS + P_VALUES:
            if name in ours:
                result[f"largest_difference_{name}"] = max(
                    (abs(float(x) - float(y)) for x, y in zip(ours[name], reference[name])),
                    default=0.0)
        if "positions" in ours:
            result["same_positions"] = ours["positions"] == reference["positions"]
    return result


def summary(library, data, threads, runs):
    seconds = [run["seconds"] for run in runs]
    result = {"library": library, "data": data, "rows": runs[0].get("rows"), "threads": threads,
              "repeats": len(runs), "median_seconds": statistics.median(seconds),
              "seconds": seconds,
              "peak_rss_bytes": int(statistics.median(run["peak_rss_bytes"] for run in runs))}
    if all("cpu_seconds" in run for run in runs):
        result["median_cpu_seconds"] = statistics.median(run["cpu_seconds"] for run in runs)
    return result


class Comparison:
    def __init__(self, arguments):
        self.arguments = arguments
        self.program = find_program(arguments.program)
        self.results, self.comparisons = [], []
        self.build, self.packages = {}, {}
        self.agree = True
        self.load = os.getloadavg()[0]  # a busy machine spoils wall-clock times

    def ours(self, data, threads, out=None):
        command = [self.program, "--data", data, "--threads", str(threads), "--json", "-"]
        run = json_lines(command + (["--out", out] if out else []))[-1]
        self.build = {name: value for name, value in run.items() if name not in MEASURED}
        return run

    def warm_seconds(self, data, threads):
        """Median of runs in one process after the first, which starts threads and touches memory."""
        runs = json_lines([self.program, "--data", data, "--threads", str(threads), "--repeats",
                           str(self.arguments.repeats + 1)])
        return statistics.median(run["seconds"] for run in runs[1:])

    def reference(self, data, out):
        run = json_lines([self.arguments.reference_python,
                         os.path.join(HERE, "profiling_reference.py"), data, "--data-dir",
                         self.arguments.data_dir, "--out", out])[-1]
        self.packages = dict(run["packages"], python=run["python"])
        return run

    def measure(self, data, repeats, reference_repeats):
        ours, reference = {threads: [] for threads in self.arguments.threads}, []
        with tempfile.TemporaryDirectory() as folder:
            tables = os.path.join(folder, "ours.tsv"), os.path.join(folder, "reference.tsv")
            for repeat in range(repeats):
                if repeat < reference_repeats:
                    reference.append(self.reference(data, tables[1]))
                for threads, runs in ours.items():
                    runs.append(self.ours(data, threads, tables[0]))
                    if repeat < reference_repeats:
                        self.check(data, threads, agreement(*tables))
        for threads, runs in ours.items():
            self.results.append(summary("isonomy", data, threads, runs))
            self.results[-1]["warm_median_seconds"] = self.warm_seconds(data, threads)
            self.show(self.results[-1])
        if reference:
            self.results.append(summary("aaanalysis", data, 1, reference))
            self.show(self.results[-1])
            self.compare(data)

    def check(self, data, threads, found):
        previous = [c for c in self.comparisons if (c["data"], c["threads"]) == (data, threads)]
        if not previous:
            self.comparisons.append({"data": data, "threads": threads, **found})
        elif {**previous[0], **found} != previous[0]:
            print(f"{data}: the result changed between repeats", file=sys.stderr)
            previous[0].update(found)
            self.agree = False
        if not found["same_features"]:
            print(f"{data}: the features differ from the reference's", file=sys.stderr)
            self.agree = False

    def compare(self, data):
        reference = self.results[-1]
        for comparison in self.comparisons:
            for ours in self.results:
                if (ours["library"], ours["data"], ours["threads"]) == (
                        "isonomy", data, comparison["threads"]) and comparison["data"] == data:
                    comparison["times_faster"] = (reference["median_seconds"]
                                                  / ours["median_seconds"])
                    comparison["times_less_memory"] = (reference["peak_rss_bytes"]
                                                       / ours["peak_rss_bytes"])

    @staticmethod
    def show(result):
        print(f"{result['data']:>11}  {result['library']:<10}  threads {result['threads']:>3}  "
              f"{result['median_seconds']:>10.4f} s  {result['peak_rss_bytes'] / 1e6:>9.1f} MB  "
              f"({result['repeats']} runs, {result.get('warm_median_seconds', float('nan')):.4f} s warm)",
              flush=True)

    def write(self):
        report = {
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "commit": output_of(["git", "rev-parse", "HEAD"]),
            "uncommitted_changes": bool(output_of(["git", "status", "--porcelain",
                                                   "--untracked-files=no"])),
            "machine": machine(), "load_average_before": self.load, "build": self.build, "packages": self.packages,
            "results": self.results, "comparisons": self.comparisons}
        os.makedirs(os.path.dirname(os.path.abspath(self.arguments.output)), exist_ok=True)
        with open(self.arguments.output, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2, ensure_ascii=False)
            file.write("\n")


def main():
    cores = os.cpu_count() or 1
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", help="our program (default: build/bench, then build/release)")
    parser.add_argument("--reference-python", default=sys.executable,
                        help="a Python with aaanalysis==1.1.0 (default: this one)")
    parser.add_argument("--data-dir", default=os.path.join(ROOT, "examples", "data"))
    parser.add_argument("--output", default=os.path.join(HERE, "results", "profiling.json"))
    parser.add_argument("--data", nargs="+", choices=BOTH + OURS_ONLY, default=BOTH + OURS_ONLY)
    parser.add_argument("--threads", nargs="+", type=int, default=sorted({1, cores}),
                        help="thread counts of ours; the reference runs with n_jobs=1")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--repeats-syn10000", type=int, default=1,
                        help="runs of the reference on syn10000, 20 minutes each")
    parser.add_argument("--skip-syn10000", action="store_true",
                        help="do not run the reference on syn10000 (20 GB)")
    parser.add_argument("--skip-reference", action="store_true", help="time ours alone")
    arguments = parser.parse_args()
    arguments.data_dir = os.path.abspath(arguments.data_dir)
    comparison = Comparison(arguments)
    for data in arguments.data:
        reference_repeats = arguments.repeats if data in BOTH else 0
        if data == "syn10000":
            reference_repeats = 0 if arguments.skip_syn10000 else arguments.repeats_syn10000
            if reference_repeats and available_bytes() < SYN10000_BYTES:
                print("syn10000: too little memory for the reference, skipped", file=sys.stderr)
                reference_repeats = 0
        if arguments.skip_reference:
            reference_repeats = 0
        comparison.measure(data, max(arguments.repeats, reference_repeats), reference_repeats)
    comparison.write()
    return 0 if comparison.agree else 1


if __name__ == "__main__":
    sys.exit(main())
