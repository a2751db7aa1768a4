#!/usr/bin/env python3
"""Makes program_fits.tsv: what the program mixture must find in the example data (needs jax, scipy, iminuit).

    make_program_golden.py EXAMPLE_DATA FILE

Independent of the library: log-sum-exp of scipy's normal densities, derivatives by JAX, Newton steps to the minimum, errors
from the inverse Hessian, profile errors by root search over a minimum in the other parameters. iminuit, whose Hessian comes
from differences, must agree within a few hundredths of each error.
"""
import csv
import os
import sys

os.environ["JAX_ENABLE_X64"] = "1"
import jax
import jax.numpy as jnp
import numpy as np
from iminuit import Minuit
from jax.scipy.special import logsumexp
from jax.scipy.stats import norm
from scipy.optimize import brentq

CASES = [  # data, column, options of the program, parameters, start, range
    ("faithful.csv", "waiting", "", "f mu1 mu2 s1 s2", [0.4, 55, 80, 6, 6], None),
    ("faithful.csv", "eruptions", "--shared-sigma", "f mu1 mu2 s", [0.4, 2, 4.3, 0.4], None),
    ("faithful.csv", "waiting", "--components 1", "mu s", [70, 14], None),
    ("faithful.csv", "waiting", "--extended --range 40,95", "n1 n2 mu1 mu2 s1 s2", [90, 150, 55, 80, 6, 6], (40, 95)),
    ("faithful.csv", "waiting", "--extended --range 45,90", "n1 n2 mu1 mu2 s1 s2", [100, 160, 53, 80, 8, 6], (45, 90)),
    ("resolution.npy", "", "--shared-mean", "f mu s1 s2", [0.4, 5, 0.4, 0.1], None),
    ("faithful.csv", "waiting", "--fix mu1=52,s2=6.5", "f mu1 mu2 s1 s2", [0.4, 52, 80, 6, 6.5], None),
]


def read(folder, name, column):
    path = os.path.join(folder, name)
    if name.endswith(".npy"):
        return np.load(path)
    with open(path, newline="") as file:
        return np.array([float(row[column]) for row in csv.DictReader(file)])


def likelihood(x, names, limits):
    """-sum log p(x), normalised within the limits; extended if there are yields, which are numbers of points inside them."""
    def nll(theta):
        value = dict(zip(names, theta))
        count = max(1, sum(n.startswith("s") for n in names), sum(n.startswith("mu") for n in names))
        keys = [str(k + 1) for k in range(count)]
        mu = jnp.stack([value.get("mu" + k, value.get("mu")) for k in keys])
        s = jnp.stack([value.get("s" + k, value.get("s")) for k in keys])
        extended = "n1" in value
        if extended:
            w = jnp.stack([value["n" + k] for k in keys])
        else:
            w = jnp.stack([value["f"], 1 - value["f"]]) if count == 2 else jnp.ones(1)
        total = w.sum()
        w = w / total
        inside = norm.cdf(limits[1], mu, s) - norm.cdf(limits[0], mu, s) if limits else jnp.ones(count)
        log_w = jnp.log(w) - (jnp.log(inside) if extended else jnp.log((w * inside).sum()))
        log_p = logsumexp(norm.logpdf(x[:, None], mu, s) + log_w, axis=1)
        result = -log_p.sum()
        return result + total - len(x) * jnp.log(total) if extended else result
    return jax.jit(nll), jax.jit(jax.grad(nll)), jax.jit(jax.hessian(nll))


def minimum(functions, theta, free):
    """Damped Newton steps in the free parameters until they no longer gain."""
    nll, gradient, hessian = functions
    theta = np.array(theta, dtype=float)
    for _ in range(200):
        g, h = np.asarray(gradient(theta))[free], np.asarray(hessian(theta))[np.ix_(free, free)]
        lift = max(0.0, 1e-3 - np.linalg.eigvalsh(h)[0])
        step = -np.linalg.solve(h + lift * np.eye(len(free)), g)
        scale = 1.0
        while scale > 1e-6:
            moved = theta.copy()
            moved[free] += scale * step
            value = float(nll(moved))
            if np.isfinite(value) and value <= float(nll(theta)) + 1e-9:
                break
            scale /= 2
        theta = moved
        if np.all(np.abs(step) < 1e-13 * np.maximum(1, np.abs(theta[free]))):
            break
    return theta


def profile_error(functions, best, i, sign, error, free):
    nll = functions[0]
    others = [k for k in free if k != i]
    lowest = float(nll(best))

    def rise(distance):
        theta = best.copy()
        theta[i] += sign * distance
        return float(nll(minimum(functions, theta, others) if others else theta)) - lowest - 0.5
    return sign * brentq(rise, 0.3 * error, 2.5 * error, xtol=1e-11 * error, rtol=1e-12)


def main():
    folder, out = sys.argv[1:]
    rows = ["data\tcolumn\toptions\tparameter\tvalue\terror\tminos_lower\tminos_upper\tnll\tpoints"]
    for data, column, options, names, start, limits in CASES:
        names = names.split()
        x = read(folder, data, column)
        if limits:
            x = x[(x >= limits[0]) & (x <= limits[1])]
        functions = likelihood(jnp.asarray(x), names, limits)
        fixed = [name for name in names if f"{name}=" in options]
        free = [i for i, name in enumerate(names) if name not in fixed]
        best = minimum(functions, start, free)
        errors = np.full(len(names), np.nan)
        errors[free] = np.sqrt(np.diag(np.linalg.inv(np.asarray(functions[2](best))[np.ix_(free, free)])))
        check = Minuit(lambda theta: float(functions[0](theta)), best + 0.1 * np.nan_to_num(errors), name=names,
                       grad=lambda theta: np.asarray(functions[1](theta)))
        check.errordef, check.strategy, check.tol = Minuit.LIKELIHOOD, 2, 1e-5
        for name in fixed:
            check.fixed[name] = True
        check.migrad()
        check.minos()
        for i, name in enumerate(names):
            if name in fixed:
                numbers = [best[i], np.nan, np.nan, np.nan, float(functions[0](best))]
                rows.append("\t".join([data, column, options, name] + [repr(float(v)) for v in numbers] + [str(len(x))]))
                continue
            lower, upper = (profile_error(functions, best, i, sign, errors[i], free) for sign in (-1, 1))
            found = check.merrors[name]
            assert abs(check.values[i] - best[i]) < 1e-3 * errors[i], (data, name)
            assert abs(check.errors[i] - errors[i]) < 2e-2 * errors[i], (data, name)  # by differences
            # MINUIT ends its search within about a hundredth of the rise.
            assert max(abs(found.lower - lower), abs(found.upper - upper)) < 0.01 * errors[i], (data, name)
            numbers = [best[i], errors[i], lower, upper, float(functions[0](best))]
            rows.append("\t".join([data, column, options, name] + [repr(float(v)) for v in numbers] + [str(len(x))]))
    with open(out + ".part", "w") as file:
        file.write("\n".join(rows) + "\n")
    os.replace(out + ".part", out)


main()
