#!/usr/bin/env python3
"""Makes the data and the reference values of the mixture tests (needs only python3-numpy).

    make_reference.py --seed-data FILE    the 1,000,000 doubles of the published notebook, little-endian, checked by hash
    make_reference.py --points FILE       the 1000 x 3 doubles of mixture_em.cpp (points.f64), row after row
    make_reference.py                     prints the values that mixture_values.cpp holds

Values: log-sum-exp per point in 80-bit floating point, then an exactly rounded sum of high and low parts.
"""
import argparse
import hashlib
import math
import os
import sys

import numpy as np

LD = np.longdouble
PI = LD("3.14159265358979323846264338327950288")
SEED_SHA256 = "ddc7a45a56accf158aa73a14b60c5e4fd88e33eb93c2a7e0914a888c7c2e11c9"
POINTS = [(0.5, 1, 2, 0.5), (0.3, 1, 2, 0.5), (0.5, 0.8, 2, 0.5), (0.5, 1, 1.5, 0.7), (0.7, 1.2, 2.5, 0.4),
          (0, 1, 2, 0.5), (1, 1, 2, 0.5), (0.5, 1, 2, 2), (0.25, 0.5, 3, 1), (0.5, 1, 2, 0.05), (0.999, 1, 2, 0.01),
          (1e-6, 1, 2, 0.5), (1e-300, 1, 2, 0.5), (0, 1, 2, 0.05), (0.5, 1, 0.2, 0.05)]
THREE = [(0.3, 0.0, 2.5), (0.3, 1.0, 0.5), (0.4, 1.5, 1.0)]


def seed_data():
    rng = np.random.default_rng(seed=42)
    return np.hstack([rng.normal(1, 2.0, 500_000), rng.normal(1, 0.5, 500_000)])


def portable_data(n=1_000_000):
    """24-bit dyadic values, exact in float and double, the same in any language."""
    i = np.arange(n, dtype=np.uint64)
    k = ((i * np.uint64(2654435761)) % np.uint64(2**32)) >> np.uint64(8)
    return k.astype(np.float64) / 2**20 - 8.0


def points():
    """Two clouds in three dimensions, 600 and 400 points."""
    rng = np.random.default_rng(7)
    shape = np.array([[1, 0, 0], [0.5, 0.8, 0], [-0.3, 0.2, 0.6]])
    first = rng.standard_normal((600, 3)) @ shape.T
    second = rng.standard_normal((400, 3)) * np.array([0.5, 1.5, 1]) + np.array([3, -1, 2])
    return np.vstack([first, second])


def write(array, path):
    with open(path + ".part", "wb") as file:
        file.write(array.astype("<f8").tobytes())
    os.replace(path + ".part", path)


def log_terms(x, components):
    """log(w_k N(x; m_k, s_k)) for every component (w, m, s) of weight above 0."""
    x = x.astype(LD)
    return [np.log(LD(w)) - LD(0.5) * np.log(2 * PI) - np.log(LD(s)) - ((x - LD(m)) / LD(s))**2 / 2
            for w, m, s in components if w > 0]


def log_density(a):
    top = np.maximum.reduce(a)
    return top + np.log(sum(np.exp(v - top) for v in a))


def exact_sum(t):
    high = t.astype(np.float64)
    return math.fsum(np.concatenate([high, (t - high).astype(np.float64)]))


def pair(f, mu, s1, s2):
    return [(f, mu, s1), (1 - f, mu, s2)]  # 1 - f in double, as a caller would form it


def scores(x, f, mu, s1, s2):
    """Derivatives of -log p at every point."""
    a, b = log_terms(x, pair(f, mu, s1, s2))
    p = log_density([a, b])
    r, q, d = np.exp(a - p), np.exp(b - p), x.astype(LD) - LD(mu)
    s1, s2 = LD(s1), LD(s2)
    return [-(r / LD(f) - q / (1 - LD(f))), -(r * d / s1**2 + q * d / s2**2), r / s1 - r * d * d / s1**3,
            q / s2 - q * d * d / s2**3]


def gradient(x, *point):
    return [exact_sum(v) for v in scores(x, *point)]


def weighted(x, point):
    """NLL, gradient and sum w^2 D D^T (lower triangle by rows) with the weights 1 + (i mod 3)."""
    w = (1 + np.arange(len(x)) % 3).astype(LD)
    d = [w * v for v in scores(x, *point)]
    return [-exact_sum(w * log_density(log_terms(x, pair(*point)))), [exact_sum(v) for v in d],
            [exact_sum(d[i] * d[j]) for i in range(4) for j in range(i + 1)]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed-data", metavar="FILE")
    parser.add_argument("--points", metavar="FILE")
    arguments = parser.parse_args()
    if arguments.points:
        return write(points(), arguments.points)
    x = seed_data()
    found = hashlib.sha256(x.astype("<f8").tobytes()).hexdigest()
    if found != SEED_SHA256:
        sys.exit(f"this NumPy ({np.__version__}) draws other numbers: SHA-256 {found}, expected {SEED_SHA256}")
    if arguments.seed_data:
        return write(x, arguments.seed_data)
    for name, data in (("seed", x), ("portable", portable_data())):
        for point in POINTS:
            print(name, point, repr(-exact_sum(log_density(log_terms(data, pair(*point))))))
        print(name, "weighted", POINTS[0], weighted(data, POINTS[0]))
        print(name, THREE, repr(-exact_sum(log_density(log_terms(data, THREE)))))
    for n in (1, 2, 7, 8, 31, 32, 33, 1000):
        print("first", n, repr(-exact_sum(log_density(log_terms(x[:n], pair(*POINTS[0]))))))
    print("in float", repr(-exact_sum(log_density(log_terms(x.astype(np.float32).astype(np.float64), pair(*POINTS[0]))))))
    for point in (POINTS[0], POINTS[1], POINTS[4], POINTS[8]):
        print("gradient", point, [repr(v) for v in gradient(x, *point)])


if __name__ == "__main__":
    main()
