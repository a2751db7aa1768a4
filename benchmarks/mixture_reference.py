#!/usr/bin/env python3
"""Times what a Python user could pick for the mixture likelihood; one JSON line per kind of work.

    pip install numpy jax iminuit scikit-learn
    python mixture_reference.py FILE_OF_DOUBLES numpy|jax|iminuit [--repeats 15] [--threads 1]
    python mixture_reference.py --em 1000000 scikit-learn

The model is the shared-mean pair f N(mu, s1) + (1 - f) N(mu, s2) at (0.5, 1, 2, 0.5); fits start from
(0.3, 0.5, 3, 1). One measurement per process and library.
"""
import argparse
import importlib.metadata
import json
import math
import os
import statistics
import time

POINT, START = (0.5, 1.0, 2.0, 0.5), (0.3, 0.5, 3.0, 1.0)


def median_seconds(call, repeats):
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        value = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), float(value)


def show(library, work, points, threads, seconds, nll, **more):
    print(json.dumps({"library": library, "version": importlib.metadata.version(library), "work": work,
                      "points": points, "threads": threads, "seconds": seconds, "nll": nll, **more}), flush=True)


def jax_functions(x):
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    points = jnp.asarray(x)

    def nll(f, mu, s1, s2):
        z = (points - mu)**2
        density = f / s1 * jnp.exp(-0.5 * z / s1**2) + (1 - f) / s2 * jnp.exp(-0.5 * z / s2**2)
        return -jnp.sum(jnp.log(density)) + points.size * 0.5 * math.log(2 * math.pi)

    return jax, jax.jit(nll), jax.jit(jax.value_and_grad(nll, argnums=(0, 1, 2, 3))), jax.jit(
        jax.grad(nll, argnums=(0, 1, 2, 3)))


def time_numpy(x, arguments):
    import numpy as np

    def normal(mu, s):
        return 1 / np.sqrt(2 * np.pi * s**2) * np.exp(-(x - mu)**2 / (2 * s**2))

    def nll(f, mu, s1, s2):
        return -np.sum(np.log(f * normal(mu, s1) + (1 - f) * normal(mu, s2)))

    show("numpy", "value", x.size, 1, *median_seconds(lambda: nll(*POINT), arguments.repeats))


def time_jax(x, arguments):
    jax, value, both, _ = jax_functions(x)
    show("jax", "value", x.size, arguments.threads,
         *median_seconds(lambda: value(*POINT).block_until_ready(), arguments.repeats))
    show("jax", "gradient", x.size, arguments.threads,
         *median_seconds(lambda: jax.block_until_ready(both(*POINT))[0], arguments.repeats))


def time_iminuit(x, arguments):
    """Migrad and Hesse, and Minos of all parameters, on JAX with its gradient."""
    import numpy as np
    from iminuit import Minuit
    jax, value, _, gradient = jax_functions(x)
    value(*START).block_until_ready()
    jax.block_until_ready(gradient(*START))
    fits, errors = [], []
    for _ in range(arguments.repeats):
        minuit = Minuit(lambda f, mu, s1, s2: float(value(f, mu, s1, s2)), f=START[0], mu=START[1], s1=START[2],
                        s2=START[3], grad=lambda f, mu, s1, s2: np.array([float(g) for g in gradient(f, mu, s1, s2)]))
        minuit.errordef = 0.5
        minuit.limits["f"] = (0, 1)
        minuit.limits["s1"] = minuit.limits["s2"] = (1e-3, None)
        start = time.perf_counter()
        minuit.migrad()
        minuit.hesse()
        fits.append(time.perf_counter() - start)
        start = time.perf_counter()
        minuit.minos()
        errors.append(time.perf_counter() - start)
    more = {"parameters": list(minuit.values), "errors": list(minuit.errors), "valid": minuit.valid,
            "jax": importlib.metadata.version("jax")}
    show("iminuit", "fit", x.size, arguments.threads, statistics.median(fits), minuit.fval, **more)
    show("iminuit", "minos", x.size, arguments.threads, statistics.median(errors), minuit.fval)


def em_problem(points):
    """Eight clouds in eight dimensions, and the means that EM starts from."""
    import numpy as np
    rng = np.random.default_rng(11)
    centres = 4 * rng.standard_normal((8, 8))
    x = centres[rng.integers(0, 8, points)] + rng.standard_normal((points, 8)) @ (0.7 * np.eye(8) + 0.1)
    return x, centres + 0.5 * rng.standard_normal((8, 8))


def time_scikit_learn(arguments):
    import warnings
    import numpy as np
    from sklearn.mixture import GaussianMixture
    x, means = em_problem(arguments.em)
    seconds = []
    for _ in range(arguments.repeats):
        model = GaussianMixture(8, covariance_type="full", tol=0, max_iter=20, means_init=means,
                                weights_init=np.full(8, 1 / 8), precisions_init=np.tile(np.eye(8), (8, 1, 1)),
                                init_params="random", random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 20 iterations are asked for, not convergence
            start = time.perf_counter()
            model.fit(x)
            seconds.append(time.perf_counter() - start)
    show("scikit-learn", "em", arguments.em, arguments.threads, statistics.median(seconds),
         -model.score(x) * arguments.em)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="little-endian doubles")
    parser.add_argument("library", choices=["numpy", "jax", "iminuit", "scikit-learn"])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--em", type=int, default=1000000, metavar="POINTS")
    parser.add_argument("--write-em", metavar="FILE", help="write the EM problem: points, then the 8 x 8 means")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:arguments.threads])
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(arguments.threads)
    import numpy as np
    if arguments.write_em:
        x, means = em_problem(arguments.em)
        with open(arguments.write_em, "wb") as file:
            file.write(np.vstack([x, means]).astype("<f8").tobytes())
    elif arguments.library == "scikit-learn":
        time_scikit_learn(arguments)
    else:
        x = np.fromfile(arguments.data, "<f8")
        {"numpy": time_numpy, "jax": time_jax, "iminuit": time_iminuit}[arguments.library](x, arguments)


if __name__ == "__main__":
    main()
