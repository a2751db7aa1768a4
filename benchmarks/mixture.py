#!/usr/bin/env python3
"""Compares mixture likelihoods and fits with what else a user could pick; writes results/mixture.json.

    python mixture.py [--rounds 5] [--skip-em | --toys-only]

Rounds of all programs alternate, every one in a process of its own pinned to its number of cores; ours takes its kinds
of work and numbers of threads in turn. Reported are medians over rounds of medians within processes, and of ratios of
the same round. mixture.sh prepares libraries and programs.
Exit status 1: the likelihoods differ by more than 1e-12.
"""
import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from profiling import ROOT, HERE, json_lines, machine, output_of

NLL = {"value": 1672640.0639171798, "gradient": 1672640.0639171798, "product": 1672640.0639171798,
       "direct": 1672640.0639171798, "fit": 1672639.37102515}


# What a ratio says, numerator and denominator as (source, work, threads, instruction set; None: the best or only one).
RATIOS = {
    "JAX / value": (("jax", "value", 1, None), ("isonomy", "value", 1, None)),
    "JAX / value on AVX2": (("jax", "value", 1, None), ("isonomy", "value", 1, "avx2")),
    "plain product loop / value": (("plain loop", "product", 1, None), ("isonomy", "value", 1, None)),
    "NumPy / value": (("numpy", "value", 1, None), ("isonomy", "value", 1, None)),
    "value / value on two threads": (("isonomy", "value", 1, None), ("isonomy", "value", 2, None)),
    "gradient / gradient on two threads": (("isonomy", "gradient", 1, None), ("isonomy", "gradient", 2, None)),
    "reading the points / value on two threads": (("isonomy", "read", 2, None), ("isonomy", "value", 2, None)),
    "gradient / value": (("isonomy", "gradient", 1, None), ("isonomy", "value", 1, None)),
    "JAX / gradient": (("jax", "gradient", 1, None), ("isonomy", "gradient", 1, None)),
    "iminuit / fit": (("iminuit", "fit", 1, None), ("isonomy", "fit", 1, None)),
    "iminuit / Minos": (("iminuit", "minos", 1, None), ("isonomy", "minos", 1, None)),
    "toys / toys on two threads": (("isonomy", "toys", 1, None), ("isonomy", "toys", 2, None)),
    "scikit-learn / EM": (("scikit-learn", "em", 1, None), ("isonomy", "em", 1, None)),
}


def ratios_of(results):
    """Medians over rounds of the ratios; a numerator that was measured once stands for every round."""
    def seconds(source, work, threads, instructions):
        found = [r for r in results if (r["source"], r["work"], r["threads"]) == (source, work, threads)
                 and (instructions is None or r["instruction_set"] == instructions)]
        return found[0]["seconds"] if found else []  # the best instruction set is the first that a round measures

    ratios = {}
    for name, (slow, fast) in RATIOS.items():
        above, below = seconds(*slow), seconds(*fast)
        if len(above) == 1:
            above = above * len(below)
        if above and below:
            ratios[name] = statistics.median(a / b for a, b in zip(above, below))
    return ratios


def pinned(command, threads):
    return ["taskset", "-c", ",".join(str(i) for i in range(threads)), *command]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-em", action="store_true", help="leave out scikit-learn's minutes")
    parser.add_argument("--toys-only", action="store_true",
                        help="fits of many toys alone, which nothing else is needed for; into results/mixture_toys.json")
    parser.add_argument("--output")
    arguments = parser.parse_args()
    arguments.output = arguments.output or os.path.join(
        HERE, "results", "mixture_toys.json" if arguments.toys_only else "mixture.json")
    programs = os.path.join(ROOT, "build", "bench", "benchmarks")
    reference = [sys.executable, os.path.join(HERE, "mixture_reference.py")]
    load = os.getloadavg()[0]
    runs = []

    def run(source, command, threads, **more):
        for line in json_lines(pinned(command, threads)):
            runs.append({"source": source, **line, **more})

    def run_toys():
        for threads, instructions in ((2, "best"), (1, "avx2")):
            run("isonomy", [os.path.join(programs, "mixture"), "--toys", "1000", "--threads", str(threads),
                            "--instructions", instructions, "--repeats", "1"], threads)

    def run_everything(folder):
        data = os.path.join(folder, "notebook.f64")
        script = os.path.join(ROOT, "tests", "reference", "mixture", "make_reference.py")
        subprocess.run([sys.executable, script, "--seed-data", data], check=True)
        em = os.path.join(folder, "em.f64")
        if not arguments.skip_em:
            subprocess.run([*reference, "--write-em", em, "numpy"], check=True)
        for number in range(arguments.rounds):
            for threads, instructions in ((2, "best"), (1, "avx2")):
                run("isonomy", [os.path.join(programs, "mixture"), "--data", data, "--threads", str(threads),
                                "--instructions", instructions], threads)
            run("plain loop", [os.path.join(programs, "mixture_plain"), data], 1)
            for library in ("jax", "numpy", "iminuit"):
                run(library, [*reference, data, library, "--repeats", "3" if library == "iminuit" else "15"], 1)
            if not arguments.skip_em:
                run("isonomy", [os.path.join(programs, "mixture"), "--em", em, "--repeats", "1"], 1)
                if number == 0:
                    run("scikit-learn", [*reference, "scikit-learn", "--repeats", "1"], 1)
            run_toys()

    if arguments.toys_only:
        for _ in range(arguments.rounds):
            run_toys()
    else:
        with tempfile.TemporaryDirectory() as folder:
            run_everything(folder)

    agree = True
    for r in runs:
        expected = NLL.get(r["work"])
        if expected and r["points"] == 1000000 and abs(r["nll"] - expected) > 1e-12 * expected:
            print(f"{r['source']} {r['work']}: {r['nll']!r} instead of {expected!r}", file=sys.stderr)
            agree = False
    keys = ("source", "work", "threads", "instruction_set")
    groups = {}
    for r in runs:
        groups.setdefault(tuple(r.get(k) for k in keys), []).append(r)
    results = []
    for key, members in groups.items():
        seconds = [m["seconds"] for m in members]
        results.append({**dict(zip(keys, key)), "points": members[0]["points"], "rounds": len(seconds),
                        "median_seconds": statistics.median(seconds), "seconds": seconds, "nll": members[0]["nll"]})
        r = results[-1]
        print(f"{r['source']:>12}  {r['work']:<9} threads {r['threads']}  {r['instruction_set'] or '':<7}"
              f"{1e3 * r['median_seconds']:>12.3f} ms", flush=True)
    ratios = ratios_of(results)
    for name, ratio in ratios.items():
        print(f"{name:>45} {ratio:9.2f}", flush=True)
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "commit": output_of(["git", "rev-parse", "HEAD"]),
              "uncommitted_changes": bool(output_of(["git", "status", "--porcelain", "--untracked-files=no"])),
              "machine": machine(), "load_average_before": load,
              "build": {k: v for k, v in runs[0].items() if k in ("compiler", "flags", "version")},
              "packages": {r["library"]: r["version"] for r in runs if "library" in r}, "ratios": ratios,
              "results": results}
    with open(arguments.output, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
