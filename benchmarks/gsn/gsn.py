#!/usr/bin/env python3
"""Compares fits of gsn with the numpy and torch paths of cvnlab/GSN; writes results/gsn.json.

    GSN=CHECKOUT python gsn.py [--quick] [--rounds 5] [--sizes NAME ...] [--threads 1 2] [--add]

Every library runs in a process of its own, pinned to its number of cores, which has the data and has fitted once. Then
they take turns, a fit each, after a rest in which the threads of the one before fall asleep, and where that takes less
than a second, after another fit. Reported are medians of the clock and of processor time, and ratios of medians of the
clock.
Levels and numbers of sweeps must be equal, and norms and signal-to-noise ratios within 1e-8 of each other.
Exit status 1: they are not.
"""
import argparse
import datetime
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.dirname(HERE))
from profiling import machine, output_of

# shape, what becomes of NaN, the least speed beside the faster reference on one thread
SIZES = {
    "300x100x3": ((300, 100, 3), "fast", 14),
    "1000x100x3": ((1000, 100, 3), "fast", 14),
    "1000x1000x3": ((1000, 1000, 3), "fast", 10),
    "2000x200x3": ((2000, 200, 3), "fast", 12),
    "missing 500x200x6": ((500, 200, 6), "missing", 15),
    "uneven 500x200x6": ((500, 200, 6), "fast", 12),
    "5000x100x3": ((5000, 100, 3), "fast", None),  # the reference needs 20 GB
}
REST = 0.5  # seconds; threads of MKL go on asking for work for 0.2 s after a call, those of OpenBLAS for 0.03
EQUAL = ("shrinklevelN", "shrinklevelD", "numiters")
NEAR = ("ncsnr_sum", "cNb_norm", "cSb_norm")


def make_data(name, path):
    """Signal of rank 20 and white noise; uneven: condition c keeps 6 - c mod 4 trials; missing: a fifth is NaN."""
    import numpy as np
    (units, conditions, trials), uneven, _ = SIZES[name]
    rng = np.random.default_rng(15)
    signal = rng.standard_normal((units, 20)) @ rng.standard_normal((20, conditions)) / np.sqrt(20)
    x = signal[:, :, None] + rng.standard_normal((units, conditions, trials))
    if uneven == "missing":
        x[rng.random(x.shape) < 0.2] = np.nan
    elif name.startswith("uneven"):
        for c in range(conditions):
            x[:, c, trials - c % 4:] = np.nan
    x.astype("<f8").tofile(path)


class Runner:
    """A process that fits whenever it is told to."""

    def __init__(self, command, threads):
        self.process = subprocess.Popen(["taskset", "-c", ",".join(map(str, range(threads))), *command],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.fits = []

    def turn(self):
        """A fit after a rest; one of less than a second comes second, when caches and heap are those of the library."""
        time.sleep(REST)
        first = self.fit()
        return first if first["seconds"] >= 1 else self.fit()

    def fit(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line.startswith("{"):
            self.close()
            sys.exit(f"failed with {self.process.returncode}: {' '.join(self.process.args)}\n{line}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def commands(name, path, threads, arguments):
    (units, conditions, trials), uneven, required = SIZES[name]
    size = f"{units}x{conditions}x{trials}"
    yield [arguments.program, "--data", path, "--size", size, "--uneven", uneven, "--threads", str(threads)]
    if required is None or not arguments.gsn:
        return
    for backend in arguments.libraries:
        yield [sys.executable, os.path.join(HERE, "gsn_reference.py"), arguments.gsn, backend, path, size, uneven,
               str(threads)]


def summary(name, threads, fits):
    row = {"size": name, "library": fits[0]["library"], "version": fits[0]["version"], "threads": threads,
           "rounds": len(fits), "median_seconds": statistics.median(f["seconds"] for f in fits),
           "median_cpu_seconds": statistics.median(f["cpu_seconds"] for f in fits),
           "seconds": [f["seconds"] for f in fits], "cpu_seconds": [f["cpu_seconds"] for f in fits],
           "peak_rss_bytes": max(f["peak_rss_bytes"] for f in fits)}
    if "stages" in fits[0]:
        row["peak_buffer_bytes"] = max(f["peak_buffer_bytes"] for f in fits)
        row["median_stage_seconds"] = {s: statistics.median(f["stages"][s] for f in fits) for s in fits[0]["stages"]}
    return {**row, **{key: fits[0][key] for key in EQUAL + NEAR}}


def disagreements(rows):
    ours = rows[0]
    for other in rows[1:]:
        for key in EQUAL + NEAR:
            if abs(ours[key] - other[key]) > (1e-8 * abs(other[key]) if key in NEAR else 0):
                yield f"{ours['size']}: {key} is {ours[key]!r}, and {other[key]!r} of {other['library']}"


def measure(name, threads, arguments):
    """The rows of one size: ours is the first."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data.f64")
        make_data(name, path)
        runners = []
        try:
            for command in commands(name, path, threads, arguments):
                runners.append(Runner(command, threads))
                first = runners[-1].fit()
                if first["seconds"] > arguments.once_above:  # too long to be thrown away
                    runners[-1].fits.append(first)
            for number in range(arguments.rounds):
                for runner in runners:
                    if number == 0 or not runner.fits or runner.fits[0]["seconds"] <= arguments.once_above:
                        runner.fits.append(runner.turn()) if len(runner.fits) <= number else None
        finally:
            for runner in runners:
                runner.close()
    rows = [{**summary(name, threads, r.fits), "load_average_before": load} for r in runners]
    ours, required = rows[0], SIZES[name][2]
    for row in rows:
        ratio = row["median_seconds"] / ours["median_seconds"]
        print(f"{name:<18} threads {threads} {row['library']:>8} {row['median_seconds']:9.4f} s "
              f"(processor {row['median_cpu_seconds']:9.4f} s) {ratio:7.2f}", flush=True)
    if len(rows) > 1:
        ours["speed"] = min(r["median_seconds"] for r in rows[1:]) / ours["median_seconds"]
        ours["speed_of_processor_time"] = (min(r["median_cpu_seconds"] for r in rows[1:])
                                           / ours["median_cpu_seconds"])
        if threads == 1:
            ours["required_speed"] = required
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "bench", "benchmarks", "gsn", "gsn"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round, of sizes that take no more than seconds")
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), metavar="NAME",
                        help="of: " + ", ".join(SIZES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--libraries", nargs="*", choices=("numpy", "torch"), help="default: those that are installed")
    parser.add_argument("--once-above", type=float, default=60, metavar="SECONDS",
                        help="a library whose first fit takes longer fits no more")
    parser.add_argument("--add", action="store_true", help="keep rows of the file that are not measured again")
    parser.add_argument("--output", default=os.path.join(ROOT, "benchmarks", "results", "gsn.json"))
    arguments = parser.parse_args()
    arguments.gsn = os.environ.get("GSN", "")
    if not os.path.isfile(os.path.join(arguments.gsn, "gsn", "perform_gsn.py")):
        print("gsn.py: GSN does not name a checkout of cvnlab/GSN: ours alone is timed, and compared with nothing",
              file=sys.stderr)
        arguments.gsn = ""
    if arguments.libraries is None:
        arguments.libraries = [b for b in ("numpy", "torch") if importlib.util.find_spec(b)]
        if arguments.gsn and "torch" not in arguments.libraries:
            print("gsn.py: torch is not installed here: the numpy path alone is the reference", file=sys.stderr)
    if arguments.quick:
        arguments.rounds = 1
    quick = [name for name in SIZES if name not in ("1000x1000x3", "2000x200x3", "5000x100x3")]
    names = arguments.sizes or (quick if arguments.quick else list(SIZES))

    rows, wrong = [], []
    for name in names:
        for threads in arguments.threads:
            found = measure(name, threads, arguments)
            wrong += disagreements(found)
            rows += found
    for line in wrong:
        print(line, file=sys.stderr)
    commit = output_of(["git", "rev-parse", "HEAD"])
    for row in rows:
        row["commit"] = commit
    if arguments.add and os.path.exists(arguments.output):
        new = {(r["size"], r["threads"]) for r in rows}
        with open(arguments.output, encoding="utf-8") as file:
            rows = [r for r in json.load(file)["results"] if (r["size"], r["threads"]) not in new] + rows
    first = subprocess.run([arguments.program, "--size", "2x5x2"], input="\n", stdout=subprocess.PIPE, text=True,
                           check=True)
    build = json.loads(first.stdout)
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "commit": commit,
              "uncommitted_changes": bool(output_of(["git", "status", "--porcelain", "--untracked-files=no"])),
              "machine": machine(),
              "build": {key: build[key] for key in ("compiler", "flags", "version", "instruction_set")},
              "reference": output_of(["git", "-C", arguments.gsn, "rev-parse", "HEAD"]) if arguments.gsn else "none",
              "results": rows}
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
