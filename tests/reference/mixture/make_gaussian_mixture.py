#!/usr/bin/env python3
"""Makes gaussian_mixture.txt: where scikit-learn's KMeans and GaussianMixture end (needs scikit-learn and NumPy).

    make_gaussian_mixture.py FILE

Two data sets: points.f64 beside this script, and five clouds that any language can make (five_clouds). Each line is a
data set, a method (kmeans, or a covariance type), the number of components, reg_covar, the iterations, the inertia or
the negative log-likelihood, the lower bound, and the components by ascending first coordinate: weights (k-means:
sizes), means, covariances.
"""
import os
import sys

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture


def five_clouds():
    """1000 x 2 numbers of 26 bits: sums of four uniform ones from SplitMix64, scaled and moved by dyadic numbers."""
    i = np.arange(8000, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = ((z >> np.uint64(40)).astype(np.float64) / 2**24).reshape(1000, 2, 4).sum(axis=2) - 2
    x = np.empty((1000, 2))
    cloud = np.arange(1000) % 10  # shares 4, 2, 2, 1, 1
    for members, centre, scale, shear in (((0, 1, 2, 3), (0, 0), (1, 0.5), 0.5), ((4, 5), (3, 1), (0.5, 2), 0),
                                          ((6, 7), (-3, 2), (1, 1), -0.25), ((8, ), (2, -3), (0.25, 0.5), 1),
                                          ((9, ), (-3, -2.5), (2, 1), 0)):
        at = np.isin(cloud, members)
        x[at, 0] = centre[0] + scale[0] * u[at, 0]
        x[at, 1] = centre[1] + scale[1] * u[at, 1] + shear * u[at, 0]
    return x


def row(*items):
    flat = []
    for item in items:
        flat += [repr(float(v)) for v in np.ravel(item)] if isinstance(item, np.ndarray) else [str(item)]
    return " ".join(flat) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    here = os.path.dirname(os.path.abspath(__file__))
    points = np.fromfile(os.path.join(here, "points.f64"), dtype="<f8").reshape(-1, 3)
    lines = []
    for name, x, k, reg in (("points", points, 2, 1e-6), ("five_clouds", five_clouds(), 5, 1e-3)):
        fit = KMeans(k, n_init=50, tol=0, random_state=0).fit(x)
        order = np.argsort(fit.cluster_centers_[:, 0])
        lines.append(row(name, "kmeans", k, 0.0, fit.n_iter_, np.float64(fit.inertia_).reshape(1), 0.0,
                         np.bincount(fit.labels_)[order].astype(float), fit.cluster_centers_[order]))
        for kind in ("full", "tied", "diag", "spherical"):
            fit = GaussianMixture(k, covariance_type=kind, tol=1e-12, max_iter=10000, reg_covar=reg, n_init=10,
                                  random_state=0).fit(x)
            order = np.argsort(fit.means_[:, 0])
            covariances = fit.covariances_ if kind == "tied" else fit.covariances_[order]
            lines.append(row(name, kind, k, reg, fit.n_iter_, np.array([-fit.score_samples(x).sum()]),
                             np.array([fit.lower_bound_]), fit.weights_[order], fit.means_[order], covariances))
    with open(sys.argv[1] + ".part", "w") as file:
        file.writelines(lines)
    os.replace(sys.argv[1] + ".part", sys.argv[1])
    print("scikit-learn", sklearn.__version__, "NumPy", np.__version__)


if __name__ == "__main__":
    main()
