#!/usr/bin/env python3
"""Makes resolution.npy: 10,000 doubles, a peak with a broad part under it (needs python3-numpy).

    make_resolution.py FILE.npy

As a detector measures a line of energy 5: 6,500 points N(5, 0.12) and 3,500 points N(5, 0.45), shuffled.
"""
import sys

import numpy as np

rng = np.random.default_rng(2026)
points = np.concatenate([rng.normal(5, 0.12, 6_500), rng.normal(5, 0.45, 3_500)])
np.save(sys.argv[1], rng.permutation(points).astype("<f8"))
