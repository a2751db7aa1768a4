#!/usr/bin/env python3
"""Makes truncated.txt: likelihoods of mixtures in ranges, with gradients, wherever the means lie (needs mpmath).

    make_truncated.py FILE

In 120 significant digits or as many as the squares of the distances take, from the formula: densities, differences of the
complementary error function, central differences of a step far below the last digit of a double. Each line has the weighting
(fractions, or yields: numbers of points inside the range), the number of components, the range, the parameters, the
negative log-likelihood of the points (point(i) below, mapped into the range) and its gradient.
"""
import os
import sys

try:
    import mpmath as mp
except ImportError:
    sys.exit("make_truncated.py needs mpmath: pip install mpmath")

POINTS = [mp.mpf(i * 37 % 64 + 0.5) / 64 for i in range(24)]  # exact in double


def points(lower, upper):
    """The unit interval's points inside the range: as they are, or seen from its one end."""
    if upper == mp.inf:
        return [lower + 4 * x for x in POINTS]
    if lower == -mp.inf:
        return [upper - 4 * x for x in POINTS]
    return [lower + (upper - lower) * x for x in POINTS]


def scaled_erfc(x):
    """exp(x^2) erfc(x), far out by its continued fraction."""
    if x < 40:
        return mp.exp(x * x) * mp.erfc(x)
    fraction = x
    for n in range(mp.mp.dps * 2, 0, -1):
        fraction = x + mp.mpf(n) / 2 / fraction
    return 1 / fraction / mp.sqrt(mp.pi)


def log_inside(mean, sigma, lower, upper):
    """log of the part of N(mean, sigma) inside the range, by erfc on the side of the tail."""
    a, b = (lower - mean) / sigma / mp.sqrt(2), (upper - mean) / sigma / mp.sqrt(2)
    if a < 0 < b:
        return mp.log((mp.erfc(-b) - mp.erfc(-a)) / 2)
    if b <= 0:
        a, b = -b, -a
    beyond = scaled_erfc(b) * mp.exp(a * a - b * b) if b != mp.inf else 0
    return -a * a + mp.log((scaled_erfc(a) - beyond) / 2)


def nll(weighting, k, lower, upper, theta, x):
    yields = weighting == "yields"
    weights = theta[:k] if yields else theta[:k - 1] + [1 - sum(theta[:k - 1])]
    means, sigmas = theta[-2 * k:-k], theta[-k:]
    inside = [log_inside(m, s, lower, upper) for m, s in zip(means, sigmas)]

    def log_sum(terms):
        largest = max(terms)
        return largest + mp.log(sum(mp.exp(t - largest) for t in terms))

    result = sum(weights) if yields else len(x) * log_sum([mp.log(w) + z for w, z in zip(weights, inside)])
    for v in x:
        result -= log_sum([
            mp.log(w) - (z if yields else 0) - mp.log(s) - mp.log(2 * mp.pi) / 2 - ((v - m) / s)**2 / 2
            for w, z, m, s in zip(weights, inside, means, sigmas)
        ])
    return result


def gradient(weighting, k, lower, upper, theta, x):
    result = []
    for i, value in enumerate(theta):
        step = mp.mpf(10)**(-60) * max(abs(value), theta[-k + i % k] if i >= len(theta) - 2 * k else 0, mp.mpf(10)**-200)
        up, down = list(theta), list(theta)
        up[i] += step
        down[i] -= step
        result.append((nll(weighting, k, lower, upper, up, x) - nll(weighting, k, lower, upper, down, x)) / (2 * step))
    return result


def cases():
    unit, above, below = (0, 1), (0, mp.inf), (-mp.inf, 1)
    for mean in ("0.5", "-0.25", "1", "1.5", "-3", "40", "-1e3", "1e6", "-1e12", "1e16", "1e30", "1e100", "-1e140"):
        for sigma in ("1e-6", "0.01", "0.3", "2", "50", "5e5", "1e9", "1e40"):
            yield "fractions", 1, unit, [mean, sigma]
    for mean, sigma in (("1e14", "1e7"), ("-1e16", "5e7"), ("1e15", "2.5e-7"), ("1e150", "2.5e-7"), ("0.5", "1e200"),
                        ("1e-200", "1e-3"), ("-1e290", "1e145")):
        yield "fractions", 1, unit, [mean, sigma]
    for mean, sigma in (("1", "2"), ("-2", "1"), ("-50", "3"), ("-1e10", "1e5"), ("-1e20", "1e10"), ("-1e100", "1e50")):
        yield "fractions", 1, above, [mean, sigma]
        yield "fractions", 1, below, [str(1 - mp.mpf(mean)), sigma]
    for weighting, weights in (("fractions", ["0.375"]), ("yields", ["9", "15"])):
        for means, sigmas in ((("0.25", "0.75"), ("0.125", "0.25")), (("-0.5", "0.5"), ("0.5", "0.5")),
                              (("-4", "5"), ("1", "1.5")), (("0.5", "-1e6"), ("0.25", "1e3")), (("0.5", "1e12"), ("0.25", "5e5")),
                              (("-1e9", "1e9"), ("3e4", "3e4")), (("0.5", "0.5"), ("0.25", "100")), (("0.5", "1e9"), ("0.25", "1"))):
            yield weighting, 2, unit, weights + list(means) + list(sigmas)
        yield weighting, 2, above, weights + ["2", "-1e4", "0.5", "100"]


def number(x):
    return repr(float(x)) if mp.isinf(x) else mp.nstr(x, 22)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    lines = []
    for weighting, k, (lower, upper), texts in cases():
        theta = [mp.mpf(float(t)) for t in texts]
        away = max(abs(m) / s for m, s in zip(theta[-2 * k:-k], theta[-k:]))
        mp.mp.dps = 200 + 2 * max(0, int(mp.log10(away + 1))) + 2 * max(0, int(mp.log10(max(theta[-k:]))))
        x = points(mp.mpf(lower), mp.mpf(upper))
        value = nll(weighting, k, mp.mpf(lower), mp.mpf(upper), theta, x)
        slope = gradient(weighting, k, mp.mpf(lower), mp.mpf(upper), theta, x)
        if abs(value) > mp.mpf(10)**300 or any(abs(g) > mp.mpf(10)**300 for g in slope):
            continue
        lines.append(" ".join([weighting, str(k), number(mp.mpf(lower)), number(mp.mpf(upper))] +
                              [repr(float(t)) for t in texts] + [number(value)] + [number(g) for g in slope]) + "\n")
    with open(sys.argv[1] + ".part", "w") as file:
        file.writelines(lines)
    os.replace(sys.argv[1] + ".part", sys.argv[1])
    print(len(lines), "likelihoods, mpmath", mp.__version__)


if __name__ == "__main__":
    main()
