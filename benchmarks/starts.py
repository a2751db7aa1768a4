#!/usr/bin/env python3
"""Compares the maxima that isonomy-mixture finds by itself with scikit-learn's best of 20 starts; writes results/starts.json.

    python starts.py [--program build/programs/examples/isonomy-mixture] [--seeds 25] [--kinds kmeans,k-means++,random_from_data]

Needs numpy and scikit-learn. Four kinds of data of 25 seeds each, fitted with 2 and 3 components, and the Old Faithful
eruptions with 1 to 5. Per kind of its starts scikit-learn makes 20; the five best of them are also finished by the program's
own steps, with --start, so that none loses for want of iterations. Spikes, a width below 1e-3 of the data's spread or fewer than 5 points in a component, are no maximum on
either side.
Exit status 1: the program's likelihood is worse by more than 0.01 somewhere, or it has no result where scikit-learn has.
"""
import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import warnings

sys.dont_write_bytecode = True
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
from profiling import HERE, ROOT, machine, output_of

try:
    import numpy
    import sklearn
    from sklearn.mixture import GaussianMixture
except ImportError as error:
    sys.exit(f"starts.py: {error}; install numpy and scikit-learn, or run it with a Python that has them")

STARTS = 20
FINISHED = 5
WORSE = 0.01


def peak_on_flat(random):
    return numpy.concatenate([random.normal(0, 1, 180), random.uniform(-10, 10, 40)])


def narrow_in_broad(random):
    return numpy.concatenate([random.normal(0, 4, 300), random.normal(1.5, 0.3, 60)])


def three_overlapping(random):
    return numpy.concatenate([random.normal(0, 1, 250), random.normal(2.5, 0.7, 100), random.normal(5, 1.2, 40)])


def heavy_tails(random):
    return numpy.concatenate([random.normal(0, 1, 270), 3 * random.standard_t(1.5, 30)])


KINDS = {"peak on a flat background": peak_on_flat, "narrow peak in a broad one": narrow_in_broad,
         "three overlapping groups": three_overlapping, "heavy-tailed outliers": heavy_tails}


def tasks(seeds):
    """Name, seed, points and number of components of every fit."""
    for number, (name, draw) in enumerate(KINDS.items()):
        for seed in range(seeds):
            x = draw(numpy.random.default_rng([number, seed]))
            for components in (2, 3):
                yield name, seed, x, components
    table = os.path.join(ROOT, "examples", "data", "mixture", "faithful.csv")
    eruptions = numpy.loadtxt(table, delimiter=",", skiprows=1, usecols=0)
    for components in range(1, 6):
        yield "Old Faithful eruptions", 0, eruptions, components


def is_spike(weights, widths, x):
    return min(widths) < 1e-3 * numpy.std(x) or min(weights) * len(x) < 5


def fitted(program, x, components, folder, *options):
    """The program's report of a fit."""
    points, report = os.path.join(folder, "points.npy"), os.path.join(folder, "fit.json")
    numpy.save(points, x)
    if os.path.exists(report):
        os.remove(report)
    subprocess.run([program, points, "--components", str(components), "--no-minos", "--quiet", "--json", report, *options],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.path.exists(report):
        return None
    with open(report, encoding="utf-8") as file:
        return json.load(file)


def likelihood_of(fit, x):
    """NLL of a report; infinity for a spike or no usable result."""
    if fit is None or not fit["fit"]["usable"]:
        return numpy.inf
    found = fit["components"]
    spike = is_spike([c["weight"] for c in found], [c["sigma"] for c in found], x)
    return numpy.inf if spike else fit["fit"]["nll"]


def reference(program, x, components, kinds, folder):
    """The least NLL of scikit-learn without spikes, infinity if there is none."""
    column = x.reshape(-1, 1)
    best = numpy.inf
    for kind in kinds:
        regular = []
        for seed in range(STARTS):
            model = GaussianMixture(components, init_params=kind, random_state=seed, reg_covar=1e-12 * numpy.var(x))
            try:
                model.fit(column)
            except ValueError:  # a component has closed in on a point
                continue
            if not is_spike(model.weights_, numpy.sqrt(model.covariances_.ravel()), x):
                regular.append((-model.score_samples(column).sum(), model))
        regular.sort(key=lambda found: found[0])
        for nll, model in regular[:FINISHED]:
            start = [*model.weights_[:-1], *model.means_.ravel(), *numpy.sqrt(model.covariances_.ravel())]
            text = ",".join(repr(float(v)) for v in start)
            best = min(best, nll, likelihood_of(fitted(program, x, components, folder, f"--start={text}"), x))
    return best


def finish(results, kinds, output):
    """Prints and writes what came out; the exit status."""
    worst = 0
    summary = []
    for name in dict.fromkeys(r["data"] for r in results):
        for components in sorted({r["components"] for r in results if r["data"] == name}):
            group = [r for r in results if (r["data"], r["components"]) == (name, components)]
            losses = [r["nll"] - r["scikit_learn"] for r in group if r["scikit_learn"] < numpy.inf]
            line = {"data": name, "components": components, "sets": len(group), "with_reference": len(losses),
                    "worse": sum(bool(loss > WORSE) for loss in losses),
                    "better": sum(bool(loss < -WORSE) for loss in losses),
                    "largest_loss": max(losses, default=None), "largest_gain": -min(losses, default=0)}
            worst += line["worse"]
            summary.append(line)
            for r in group:
                if r["nll"] - r["scikit_learn"] > WORSE:
                    print(f"worse: {name}, seed {r['seed']}, K = {components}: {r['nll']:.4f} {r['scikit_learn']:.4f}")
            print(f"{name:<28} K = {components}: {line['sets']:>3} sets, worse {line['worse']:>2}, better "
                  f"{line['better']:>2}, largest gain {line['largest_gain']:.2f}", flush=True)
    for r in results:
        for key in ("nll", "scikit_learn"):
            r[key] = float(r[key]) if numpy.isfinite(r[key]) else None
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "commit": output_of(["git", "rev-parse", "HEAD"]),
              "uncommitted_changes": bool(output_of(["git", "status", "--porcelain", "--untracked-files=no"])),
              "machine": machine(), "packages": {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__},
              "starts_of_scikit_learn": {kind: STARTS for kind in kinds}, "allowed_loss": WORSE, "worse": worst,
              "summary": summary, "results": results}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    print(f"worse by more than {WORSE}: {worst} of {len(results)}")
    return 1 if worst else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "programs", "examples", "isonomy-mixture"))
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--kinds", default="kmeans,k-means++,random_from_data", help="of scikit-learn's starts")
    parser.add_argument("--output", default=os.path.join(HERE, "results", "starts.json"))
    arguments = parser.parse_args()
    if not os.access(arguments.program, os.X_OK):
        sys.exit(f"starts.py: there is no program {arguments.program}; build isonomy-mixture, or name it with --program")
    warnings.simplefilter("ignore")
    kinds = arguments.kinds.split(",")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, seed, x, components in tasks(arguments.seeds):
            theirs = reference(arguments.program, x, components, kinds, folder)
            fit = fitted(arguments.program, x, components, folder)
            results.append({"data": name, "seed": seed, "points": len(x), "components": components,
                            "nll": likelihood_of(fit, x), "scikit_learn": theirs, "starts": fit and fit["starts"]})
    return finish(results, kinds, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
