#!/usr/bin/env python3
"""Compares the maxima that em finds by itself in several dimensions with scikit-learn's best of 20; writes results/em_starts.json.

    python em_starts.py [--program build/bench/benchmarks/mixture] [--seeds 25] [--dimensions 2,3] [--kinds kmeans]

Needs numpy and scikit-learn. The four kinds of data of starts.py in more dimensions, 25 seeds each, fitted with 2 and 3
components, and both columns of Old Faithful with 1 to 5; full covariances, a tight tolerance and next to nothing added to
variances on both sides. Spikes, in any direction a width below 1e-3 of the data's or fewer than 5 points in a component, are no
maximum on either side.
Exit status 1: the likelihood found is worse by more than 0.01 somewhere, or there is none where scikit-learn has one.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings

from starts import WORSE, FINISHED, HERE, ROOT, STARTS, GaussianMixture, finish, numpy


def peak_on_flat(random, d):
    return numpy.concatenate([random.normal(0, 1, (180, d)), random.uniform(-10, 10, (40, d))])


def narrow_in_broad(random, d):
    return numpy.concatenate([random.normal(0, 4, (300, d)), random.normal(1.5, 0.3, (60, d))])


def three_overlapping(random, d):
    groups = []
    for points, centre, width in ((250, 0, 1), (100, 2.5, 0.7), (40, 5, 1.2)):
        turned = random.normal(0, width, (points, d)) @ (numpy.eye(d) + 0.5 * random.normal(0, 1, (d, d)))
        groups.append(turned + centre * random.uniform(0.3, 1, d))
    return numpy.concatenate(groups)


def heavy_tails(random, d):
    tails = random.normal(0, 1, (30, d)) / numpy.sqrt(random.chisquare(1.5, (30, 1)) / 1.5)
    return numpy.concatenate([random.normal(0, 1, (270, d)), 3 * tails])


KINDS = {"peak on a flat background": peak_on_flat, "narrow peak in a broad one": narrow_in_broad,
         "three overlapping groups": three_overlapping, "heavy-tailed outliers": heavy_tails}


def tasks(seeds, dimensions):
    """Name, seed, points and number of components of every fit."""
    for number, (name, draw) in enumerate(KINDS.items()):
        for d in dimensions:
            for seed in range(seeds):
                x = draw(numpy.random.default_rng([number, d, seed]), d)
                for components in (2, 3):
                    yield f"{name}, {d}-D", seed, x, components
    table = os.path.join(ROOT, "examples", "data", "mixture", "faithful.csv")
    for components in range(1, 6):
        yield "Old Faithful", 0, numpy.loadtxt(table, delimiter=",", skiprows=1), components


def is_spike(weights, covariances, x):
    """Whether a component has too few points, or is narrow in some direction in which the data have unit spread."""
    if min(weights) * len(x) < 5:
        return True
    whiten = numpy.linalg.inv(numpy.linalg.cholesky(numpy.cov(x.T, bias=True)))
    return any(numpy.linalg.eigvalsh(whiten @ c @ whiten.T)[0] < 1e-6 for c in covariances)


def fitted(program, x, components, folder):
    """What em finds; None without a result."""
    points = os.path.join(folder, "points.f64")
    x.tofile(points)
    run = subprocess.run([program, "--em-fit", points, "--dimensions", str(x.shape[1]), "--components", str(components),
                          "--tol", "1e-11", "--repeats", "0"], capture_output=True, text=True)
    return json.loads(run.stdout) if run.returncode == 0 else None


def likelihood_of(fit, x):
    """NLL of a fit; infinity for a spike or no result."""
    if fit is None or not fit["converged"]:
        return numpy.inf
    covariances = numpy.array(fit["covariances"]).reshape(-1, x.shape[1], x.shape[1])
    return numpy.inf if is_spike(fit["weights"], covariances, x) else fit["nll"]


def reference(x, components, kinds):
    """The least NLL of scikit-learn without spikes, infinity if there is none. The best few go on to a tight tolerance."""
    usual = {"reg_covar": 1e-12 * numpy.var(x), "max_iter": 20000}
    best = numpy.inf
    for kind in kinds:
        regular = []
        for seed in range(STARTS):
            model = GaussianMixture(components, init_params=kind, random_state=seed, tol=1e-5, **usual)
            try:
                model.fit(x)
            except ValueError:  # a component has closed in on a point
                continue
            if not is_spike(model.weights_, model.covariances_, x):
                regular.append((-model.score_samples(x).sum(), model))
        regular.sort(key=lambda found: found[0])
        tried = []
        for nll, model in regular:
            if len(tried) == FINISHED or any(abs(nll - other) < 1e-4 for other in tried):
                continue
            tried.append(nll)
            end = GaussianMixture(components, weights_init=model.weights_, means_init=model.means_,
                                  precisions_init=model.precisions_, tol=1e-9, **usual)
            try:
                end.fit(x)
            except ValueError:
                continue
            if not is_spike(end.weights_, end.covariances_, x):
                best = min(best, -end.score_samples(x).sum())
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "bench", "benchmarks", "mixture"))
    parser.add_argument("--seeds", type=int, default=25)
    parser.add_argument("--dimensions", default="2,3")
    parser.add_argument("--kinds", default="kmeans", help="of scikit-learn's starts")
    parser.add_argument("--output", default=os.path.join(HERE, "results", "em_starts.json"))
    arguments = parser.parse_args()
    if not os.access(arguments.program, os.X_OK):
        sys.exit(f"em_starts.py: there is no program {arguments.program}; build benchmark_mixture, or name it with --program")
    warnings.simplefilter("ignore")
    kinds = arguments.kinds.split(",")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, seed, x, components in tasks(arguments.seeds, [int(d) for d in arguments.dimensions.split(",")]):
            fit = fitted(arguments.program, x, components, folder)
            theirs = reference(x, components, kinds)
            if likelihood_of(fit, x) > theirs + WORSE:
                print(f"{name}, seed {seed}, K = {components}: {likelihood_of(fit, x):.4f} {theirs:.4f} {fit}", flush=True)
            counts = fit and {key: fit[key] for key in ("tried", "met_same", "met_none", "first")}
            results.append({"data": name, "seed": seed, "points": len(x), "components": components,
                            "nll": likelihood_of(fit, x), "scikit_learn": theirs, "starts": counts})
    return finish(results, kinds, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
