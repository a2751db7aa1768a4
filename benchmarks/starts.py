#!/usr/bin/env python3
"""Compares the maxima that isonomy-mixture finds by itself with scikit-learn's best of 20 starts; writes results/starts.json.

    python starts.py [--program build/programs/examples/isonomy-mixture] [--seeds 25] [--kinds kmeans,k-means++,random_from_data]

Needs numpy and scikit-learn. Four kinds of data of 25 seeds each, fitted with 2 and 3 components, and the Old Faithful
eruptions with 1 to 5. Per kind of its starts scikit-learn makes 20. It ends them far from any maximum: its five best go on
until they meet one, by its own steps and by the program's, with --start. Spikes, a width below 1e-3 of the data's spread or
fewer than 5 points in a component, are no maximum on either side, nor is a slope into one.
Exit status 1: the program's likelihood is worse by more than 0.01 somewhere, at maxima or where scikit-learn's first kind
of starts ends by default, or it has no result where scikit-learn has.
"""
import argparse
import datetime
import json
import multiprocessing
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
CONVERGED, MOST_STEPS = 1e-10, 20000  # of the mean log-likelihood; scikit-learn's defaults are 1e-3 and 100
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


def mixture_of(x, components, **options):
    """scikit-learn's fit; None where a component has closed in on a point."""
    try:
        return GaussianMixture(components, reg_covar=1e-12 * numpy.var(x), **options).fit(x.reshape(-1, 1))
    except ValueError:
        return None


def regular_likelihood(model, x):
    """NLL of scikit-learn's fit; infinity for none and for spikes."""
    if model is None or is_spike(model.weights_, numpy.sqrt(model.covariances_.ravel()), x):
        return numpy.inf
    return -model.score_samples(x.reshape(-1, 1)).sum()


def reference(program, x, components, kind, folder):
    """The least NLL of scikit-learn's starts of one kind, where they end by default and at maxima; infinity where all are spikes."""
    ends = [mixture_of(x, components, init_params=kind, random_state=seed) for seed in range(STARTS)]
    ends = [model for model in ends if regular_likelihood(model, x) < numpy.inf]
    ends.sort(key=lambda model: regular_likelihood(model, x))
    maxima = []
    for model in ends:
        start = [*model.weights_[:-1], *model.means_.ravel(), *numpy.sqrt(model.covariances_.ravel())]
        text = ",".join(repr(float(v)) for v in start)
        further = mixture_of(x, components, weights_init=model.weights_, means_init=model.means_,
                             precisions_init=model.precisions_, tol=CONVERGED, max_iter=MOST_STEPS)
        met = min(regular_likelihood(further, x),
                  likelihood_of(fitted(program, x, components, folder, f"--start={text}"), x))
        if met < numpy.inf:
            maxima.append(met)
        if len(maxima) == FINISHED:
            break
    return min((regular_likelihood(model, x) for model in ends[:1]), default=numpy.inf), min(maxima, default=numpy.inf)


def compared(work):
    """One fit beside scikit-learn's."""
    program, kinds, (name, seed, x, components) = work
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        theirs = [reference(program, x, components, kind, folder) for kind in kinds]
        fit = fitted(program, x, components, folder)
    return {"data": name, "seed": seed, "points": int(len(x)), "components": components, "nll": likelihood_of(fit, x),
            "scikit_learn": min(maximum for _, maximum in theirs), "by_default": theirs[0][0], "starts": fit and fit["starts"]}


def summary_of(name, components, results):
    """The figures of one kind of data; prints them, and where the program is worse."""
    losses, by_default = ([r["nll"] - r[which] for r in results if r.get(which, numpy.inf) < numpy.inf]
                          for which in ("scikit_learn", "by_default"))
    for r in results:
        if r["nll"] - r["scikit_learn"] > WORSE:
            print(f"worse: {name}, seed {r['seed']}, K = {components}: {r['nll']:.4f} {r['scikit_learn']:.4f}")
    line = {"data": name, "components": components, "sets": len(results), "with_reference": len(losses),
            "worse": sum(bool(loss > WORSE) for loss in losses), "better": sum(bool(loss < -WORSE) for loss in losses),
            "largest_loss": max(map(float, losses), default=None), "largest_gain": float(-min(losses, default=0)),
            "worse_than_default": sum(bool(loss > WORSE) for loss in by_default)}
    print(f"{name:<28} K = {components}: {line['sets']:>3} sets, worse {line['worse']:>2}, better {line['better']:>2}, "
          f"largest gain {line['largest_gain']:.2f}; worse than as it ends by default {line['worse_than_default']}", flush=True)
    return line


def finite(value):
    return float(value) if numpy.isfinite(value) else None


def finish(results, kinds, output):
    """Prints and writes what came out; the exit status."""
    groups = {}
    for r in results:
        groups.setdefault((r["data"], r["components"]), []).append(r)
    summary = [summary_of(name, components, group) for (name, components), group in groups.items()]
    worse, worse_than_default = (sum(line[which] for line in summary) for which in ("worse", "worse_than_default"))
    results = [{key: finite(value) if key in ("nll", "scikit_learn", "by_default") else value for key, value in r.items()}
               for r in results]
    report = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
              "commit": output_of(["git", "rev-parse", "HEAD"]),
              "uncommitted_changes": bool(output_of(["git", "status", "--porcelain", "--untracked-files=no"])),
              "machine": machine(), "packages": {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__},
              "starts_of_scikit_learn": {kind: STARTS for kind in kinds}, "allowed_loss": WORSE, "worse": worse,
              "worse_than_default": worse_than_default, "summary": summary, "results": results}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    print(f"worse by more than {WORSE}: {worse} of {len(results)}; than as it ends by default: {worse_than_default}")
    return 1 if worse or worse_than_default else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "programs", "examples", "isonomy-mixture"))
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--kinds", default="kmeans,k-means++,random_from_data", help="of scikit-learn's starts")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--output", default=os.path.join(HERE, "results", "starts.json"))
    arguments = parser.parse_args()
    if not os.access(arguments.program, os.X_OK):
        sys.exit(f"starts.py: there is no program {arguments.program}; build isonomy-mixture, or name it with --program")
    kinds = arguments.kinds.split(",")
    with multiprocessing.Pool(arguments.jobs) as pool:
        results = pool.map(compared, [(arguments.program, kinds, task) for task in tasks(arguments.seeds)], chunksize=1)
    return finish(results, kinds, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
