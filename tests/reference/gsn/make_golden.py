#!/usr/bin/env python3
"""Runs cvnlab/GSN (numpy path) on portable random data and writes its answers as compact JSON.

    make_golden.py GSN_CHECKOUT OUTPUT_FOLDER

GSN_CHECKOUT is a clone of cvnlab/GSN at commit 234c82a (v1.2.0). Needs numpy, scipy, matplotlib.
No arrays of input data are stored: every case names its generator parameters, masks and transforms, all of them
built on one std::mt19937 stream, so that any language can rebuild the same numbers. Definitions:

u-stream      std::mt19937(seed); u = ((g1>>5)*67108864 + (g2>>6)) / 9007199254740992 from two outputs.
normal        g = (((u1+u2)+...)+u12) - 6, twelve consecutive u, added left to right.
data          from stream(seed): A (N x K, row-major), B (K x C), then either noise (N x C x T, t fastest) or, if r > 0,
              W (N x r) and E (r x (C*T)). sig[i,c] = (sum_k A[i,k] B[k,c], k ascending) / sqrt(K);
              noise[i,c,t] = (sum_k W[i,k] E[k, c*T+t], k ascending) / sqrt(r). x = sig + sigma * noise.
              Sums start from the first product; multiply, then add: no fused multiply-add.
transforms    applied in the listed order, before the mask:
  ["scale", s]             x = x * s
  ["offset", v]            x[i] = x[i] + v * (i + 1)
  ["constant", i, v]       x[i,:,:] = v
  ["duplicate", i, j]      x[j] = x[i]
  ["average_reference"]    x[:,c,t] -= (sum_i x[i,c,t], i ascending) / N
  ["unit_scale", p]        x[i] = x[i] * 10 ** (p * i / (N - 1))
mask          none, or one of (streams are seeded as said; condition and trial numbers are 0-based)
  {"kind":"mod4"}          condition c keeps its first T - (c mod 4) trials (at least 1)
  {"kind":"trials","seed":s,"low":l,"unit":b}
                           stream(s); for each condition: n = l + floor(u * (T - l + 1)), then T numbers v_t; the n trials with
                           the smallest v_t stay (ties: lower t). The others become NaN in every unit, or, if b is true, only in
                           unit floor(u' * N), one further u' drawn per condition after the v_t
  {"kind":"single","condition":c}    condition c keeps trial 0 only (all units)
  {"kind":"units","seed":s,"p":p}    stream(s); one u per (i,c,t) in row-major order; NaN where u < p
  {"kind":"unit_conditions","seed":s,"p":p,"q":q}   as "units", then one u per (i,c): all trials of that unit and condition NaN where u < q
  {"kind":"mod17"}         NaN where (7i + 11c + 13t) mod 17 = 0

Per case: "data" (checks of the rebuilt input), "options" (as given to perform_gsn), "expect" (what the reference returned):
levels, numiters, warnings, NLL curves over the level grid (null = the reference's Cholesky failed), ncsnr, mnS, and for each matrix
{"trace","fro","sum","omega"} with omega = sum_ij sin(i) cos(j) M_ij (i, j from 1); full matrices (row-major) for N <= 8.
"ridge" lists, per nearest-PSD call, 0 (was positive definite), 1 (projected) or 2 (projected and 1e-10 I added).
"margin" = smallest NLL minus the runner-up, per curve, relative to |NLL|. "alternative" entries give the reference's own
outputs when one named defect is removed (see "why").
"""
import hashlib
import json
import math
import os
import sys
import warnings

import numpy as np

LEVELS = np.linspace(0, 1, 51)


# ----------------------------------------------------------------------------------------------- portable data
class Stream:
    def __init__(self, seed):
        self.rs = np.random.RandomState(seed)

    def uniform(self, n):
        return self.rs.random_sample(n)

    def normal(self, *shape):
        u = self.uniform(12 * int(np.prod(shape))).reshape(-1, 12)
        g = u[:, 0].copy()
        for k in range(1, 12):
            g += u[:, k]
        return (g - 6.0).reshape(shape)


def ordered_product(a, b):
    out = a[:, :1] * b[:1, :]
    for k in range(1, a.shape[1]):
        out = out + a[:, k:k + 1] * b[k:k + 1, :]
    return out


def generate(N, C, T, K, sigma, seed, r=0):
    s = Stream(seed)
    A, B = s.normal(N, K), s.normal(K, C)
    sig = ordered_product(A, B) / math.sqrt(K)
    if r:
        W, E = s.normal(N, r), s.normal(r, C * T)
        noise = (ordered_product(W, E) / math.sqrt(r)).reshape(N, C, T)
    else:
        noise = s.normal(N, C, T)
    return sig[:, :, None] + sigma * noise


def transform(x, steps):
    N = x.shape[0]
    for step in steps:
        kind = step[0]
        if kind == "scale":
            x = x * step[1]
        elif kind == "offset":
            x = x + step[1] * np.arange(1, N + 1)[:, None, None]
        elif kind == "constant":
            x = x.copy(); x[step[1]] = step[2]
        elif kind == "duplicate":
            x = x.copy(); x[step[2]] = x[step[1]]
        elif kind == "average_reference":
            total = x[0].copy()
            for i in range(1, N):
                total = total + x[i]
            x = x - total / N
        elif kind == "unit_scale":
            x = x * np.array([10.0 ** (step[1] * i / (N - 1)) for i in range(N)])[:, None, None]
        else:
            raise ValueError(kind)
    return x


def apply_mask(x, mask):
    if not mask:
        return x
    x = x.copy()
    N, C, T = x.shape
    kind = mask["kind"]
    if kind == "mod4":
        for c in range(C):
            x[:, c, max(1, T - c % 4):] = np.nan
    elif kind == "trials":
        s = Stream(mask["seed"])
        for c in range(C):
            low = mask["low"]
            n = low + int(s.uniform(1)[0] * (T - low + 1))
            v = s.uniform(T)
            drop = np.argsort(v, kind="stable")[n:]
            if mask.get("unit"):
                x[int(s.uniform(1)[0] * N), c, drop] = np.nan
            else:
                x[:, c, drop] = np.nan
    elif kind == "single":
        x[:, mask["condition"], 1:] = np.nan
    elif kind in ("units", "unit_conditions"):
        s = Stream(mask["seed"])
        x[s.uniform(N * C * T).reshape(N, C, T) < mask["p"]] = np.nan
        if kind == "unit_conditions":
            x[s.uniform(N * C).reshape(N, C) < mask["q"]] = np.nan
    elif kind == "mod17":
        i, c, t = np.ogrid[:N, :C, :T]
        x[(7 * i + 11 * c + 13 * t) % 17 == 0] = np.nan
    else:
        raise ValueError(kind)
    return x


def build(case):
    x = transform(generate(**case["generator"]), case.get("transforms", []))
    return apply_mask(x, case.get("mask"))


def data_check(x):
    f = x[~np.isnan(x)]
    return {"finite": int(f.size), "nan": int(x.size - f.size), "first": float(f[0]) if f.size else None,
            "last": float(f[-1]) if f.size else None, "sum": math.fsum(f), "sumsq": math.fsum(f * f),
            "sha256": hashlib.sha256(np.ascontiguousarray(np.where(np.isnan(x), 0.0, x)).tobytes()).hexdigest()[:16]}


# ----------------------------------------------------------------------------------------------- the reference
class Reference:
    """The GSN package with its inner steps observed (never changed, unless `rank_rule` is asked for)."""

    def __init__(self, checkout):
        os.environ.setdefault("MPLBACKEND", "Agg")
        sys.path.insert(0, os.path.abspath(checkout))
        import gsn.fast_perform_gsn as fast
        import gsn.missing_units as missing
        from gsn.perform_gsn import perform_gsn
        self.perform = perform_gsn
        self.curves, self.ridge, self.tag, self.rank_rule = {}, [], None, False
        loop, psd = fast._numpy_loop, fast._nearest_psd_numpy

        def observed_loop(c, pts, levels):
            nll = loop(c, pts, levels)
            if self.rank_rule:
                nll = np.where(self._singular(c, np.asarray(levels, float)), np.nan, nll)
            self.curves[self.tag] = nll.copy()
            return nll

        def observed_psd(M, eps=1e-10):
            out = psd(M, eps)
            sym = (M + M.T) / 2
            if out is M or np.array_equal(out, sym):
                self.ridge.append(0)
            else:
                d, v = np.linalg.eigh(sym)
                p = (v * np.maximum(d, 0)) @ v.T
                self.ridge.append(2 if np.trace(out) - np.trace((p + p.T) / 2) > 0.5 * eps * M.shape[0] else 1)
            return out

        def tagged(tag, f):
            def g(*a, **k):
                old, self.tag = self.tag, tag
                try:
                    return f(*a, **k)
                finally:
                    self.tag = old
            return g

        fast._numpy_loop = observed_loop
        for module in (fast, missing):
            for name, tag in (("_shrunken_cov_3d_numpy", "N"), ("_shrunken_noise_cov_uneven_numpy", "N"),
                              ("_shrunken_cov_2d_numpy", "D")):
                if hasattr(module, name):
                    setattr(module, name, tagged(tag, getattr(module, name)))
            module._nearest_psd_numpy = observed_psd

    @staticmethod
    def _singular(c, levels):
        d = np.diag(c)
        if c.shape[0] < 2 or not np.all(d > 0):
            return np.zeros(levels.size, bool)
        lam = np.linalg.eigvalsh(c / np.sqrt(np.outer(d, d)))
        h = 1 + levels[:, None] * (lam[None, :] - 1)
        return h.min(1) <= c.shape[0] * np.finfo(float).eps * h.max(1)

    def run(self, x, options, rank_rule=False):
        """The reference's own result dictionary, with what was observed on the way under "_"; or {"error": text}."""
        self.curves, self.ridge, self.rank_rule = {}, [], rank_rule
        opt = dict(options, backend="numpy", wantverbose=0)
        keep = x.copy()
        with warnings.catch_warnings(record=True) as w, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            try:
                res = self.perform(x, opt)
            except Exception as e:                       # what the reference raises is part of the record
                return {"error": f"{type(e).__name__}: {e}"}
        assert np.array_equal(keep, x, equal_nan=True), "the reference changed its input"
        res["_"] = {"warnings": sorted({str(i.message) for i in w if issubclass(i.category, UserWarning)}),
                    "ridge": list(self.ridge), "nll": self.curves}
        return res

    def __call__(self, x, options, rank_rule=False):
        return pack(self.run(x, options, rank_rule))


def pack(res):
    if "error" in res:
        return res
    seen = res["_"]
    out = {"shrinklevelN": float(res["shrinklevelN"]), "shrinklevelD": float(res["shrinklevelD"]),
           "numiters": int(res["numiters"]), "warnings": seen["warnings"], "ridge": seen["ridge"],
           "ncsnr": numbers(res["ncsnr"]), "mnS": numbers(res["mnS"]),
           "nll": {k: numbers(v) for k, v in seen["nll"].items()},
           "margin": {k: margin(v) for k, v in seen["nll"].items()}}
    for name in ("cN", "cS", "cNb", "cSb"):
        M = np.asarray(res[name], float)
        out[name] = summary(M, M.shape[0] <= 8)
    for name in ("eigvals_signal", "eigvals_difference"):
        if name in res:
            out[name] = numbers(res[name])
    return out


def numbers(v):
    return [None if not np.isfinite(t) else float(t) for t in np.asarray(v, float).ravel()]


def margin(nll):
    f = np.sort(nll[np.isfinite(nll)])
    return None if f.size < 2 else float((f[0] - f[1]) / max(abs(f[0]), 1e-300))


def summary(M, full):
    i = np.arange(1, M.shape[0] + 1)
    top = np.abs(M).max() if M.size else 0.0
    s = {"trace": np.trace(M), "fro": top * np.sqrt(((M / top) ** 2).sum()) if top > 0 else top, "sum": M.sum(),
         "omega": np.sin(i) @ M @ np.cos(i)}
    s = {k: float(v) if np.isfinite(v) else None for k, v in s.items()}
    if full:
        s["full"] = numbers(M)
    return s


def same_choice(a, b):
    return "error" in a or "error" in b or all(a[k] == b[k] for k in ("shrinklevelN", "shrinklevelD", "numiters"))


RETURNS = ["cN", "cS", "cNb", "cSb", "eigvals_signal", "eigvals_difference"]


def record(ref, case, extra_alternatives=()):
    """Fill in one case: data checks, the literal outputs, and what one removed defect changes.

    extra_alternatives: pairs (why, function of (ref, case, options) returning a reference-like result dictionary)."""
    x = build(case)
    case["data"] = data_check(x)
    options = dict(case["options"], returns=RETURNS)
    case["expect"] = ref(x, options)
    ranked = ref(x, options, rank_rule=True)
    alternatives = []
    if not same_choice(case["expect"], ranked):
        alternatives.append({"why": "singular_rule", "expect": ranked})
    for why, f in extra_alternatives:
        alternatives.append({"why": why, "expect": pack(f(ref, case, options))})
    if alternatives:
        case["alternative"] = alternatives
    return case


def write(path, cases, note=""):
    import scipy
    head = {"format": "isonomy-gsn-golden-1", "note": note,
            "reference": {"package": "cvnlab/GSN", "version": "1.2.0", "commit": "234c82a", "licence": "BSD-3-Clause",
                          "path": "numpy", "numpy": np.__version__, "scipy": scipy.__version__}}
    with open(path, "w") as f:
        f.write("{" + json.dumps(head)[1:-1] + ',\n"cases":[\n')
        f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in cases))
        f.write("\n]}\n")


# ----------------------------------------------------------------------------------------------- the case list
FLAVOURS = {  # name -> (N range, C range, T range, K range, sigma range, r as a fraction of N or 0)
    "few_units": ((3, 12), (25, 60), (3, 6), (2, 5), (0.5, 2.0), 0),
    "many_units": ((30, 60), (8, 25), (2, 4), (2, 8), (0.5, 2.0), 0),
    "rank_deficient": ((8, 40), (10, 40), (2, 4), (2, 4), (0.2, 0.8), 0.4),
    "two_trials": ((4, 30), (8, 50), (2, 2), (2, 5), (0.5, 2.0), 0),
    "heavy_noise": ((4, 40), (10, 50), (2, 5), (2, 5), (5.0, 20.0), 0),
    "high_snr": ((4, 40), (10, 50), (2, 5), (2, 5), (0.02, 0.2), 0),
}


def random_generator(s, flavour, seed, small):
    n, c, t, k, sg, r = FLAVOURS[flavour]

    def integer(lo, hi):
        return lo + int(s.uniform(1)[0] * (hi - lo + 1))
    N = integer(*n)
    if small:
        N = min(N, 8)
    g = {"N": N, "C": integer(*c), "T": integer(*t), "K": integer(*k),
         "sigma": round(sg[0] * (sg[1] / sg[0]) ** float(s.uniform(1)[0]), 3), "seed": seed}
    if r:
        g["r"] = max(2, int(r * N))
    return g


def random_cases(regime, master, seed0, per_flavour=5):
    s = Stream(master)
    cases = []
    for f, flavour in enumerate(FLAVOURS):
        for j in range(per_flavour):
            seed = seed0 + 100 * f + j
            g = random_generator(s, flavour, seed, small=j == 0)
            case = {"id": f"{regime}-{flavour}-{j}", "regime": regime, "generator": g, "options": {"wantshrinkage": 1}}
            if j == 3:
                case["options"] = {"wantshrinkage": 0}
            if j == 4:
                case["options"] = {"shrinklevels": [0.0, 0.1, 0.25, 0.5, 0.7, 0.9, 0.95, 1.0]}
            if regime == "uneven":
                g["T"] = max(g["T"], 3 if flavour != "two_trials" else 2)
                case["mask"] = {"kind": "trials", "seed": seed + 50, "low": 1 + j % 2 if g["T"] > 2 else 1, "unit": j == 2}
            if regime == "missing":
                g["T"] = max(g["T"], 3 if flavour != "two_trials" else 2)
                p = round(0.005 * 60 ** float(s.uniform(1)[0]), 4)
                case["mask"] = {"kind": "units", "seed": seed + 50, "p": p}
                if j == 1:
                    case["mask"] = {"kind": "unit_conditions", "seed": seed + 50, "p": p / 2, "q": 0.05}
                case["options"]["uneven"] = "missing"
            cases.append(case)
    return cases


SPEC_ROWS = [  # the table of spec section 9.2
    ("E1", (10, 30, 4, 3, 0.8, 1, 0), None, 1), ("E2", (10, 30, 4, 3, 0.8, 1, 0), None, 0),
    ("E3", (25, 60, 5, 4, 1.0, 2, 0), None, 1), ("E4", (40, 80, 6, 5, 1.5, 3, 0), None, 1),
    ("E5", (5, 12, 3, 2, 0.7, 4, 0), None, 1), ("E6", (15, 8, 3, 3, 1.0, 5, 0), None, 1),
    ("E7", (50, 40, 3, 5, 0.3, 6, 10), None, 1), ("U1", (15, 50, 5, 4, 1.0, 7, 0), "mod4", 1),
    ("U2", (15, 50, 5, 4, 1.0, 7, 0), "mod4", 0), ("M1", (8, 40, 6, 3, 0.8, 8, 0), "mod17", 1),
    ("L1", (120, 40, 3, 6, 1.0, 9, 0), None, 1)]


def spec_cases():
    out = []
    for name, (N, C, T, K, sigma, seed, r), mask, shrink in SPEC_ROWS:
        g = {"N": N, "C": C, "T": T, "K": K, "sigma": sigma, "seed": seed}
        if r:
            g["r"] = r
        case = {"id": name, "regime": {None: "even", "mod4": "uneven", "mod17": "missing"}[mask], "generator": g,
                "options": {"wantshrinkage": shrink}}
        if mask:
            case["mask"] = {"kind": mask}
        if mask == "mod17":
            case["options"]["uneven"] = "missing"
        out.append(case)
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ref = Reference(sys.argv[1])
    os.makedirs(sys.argv[2], exist_ok=True)
    for regime, master, seed0 in (("even", 9001, 10000), ("uneven", 9002, 20000), ("missing", 9003, 30000)):
        cases = [record(ref, c) for c in random_cases(regime, master, seed0)]
        path = os.path.join(sys.argv[2], regime + ".json")
        write(path, cases, "seeds of the portable generator; see make_golden.py")
        print(f"{regime}: {len(cases)} cases, {sum('alternative' in c for c in cases)} with an alternative, "
              f"{sum('error' in c['expect'] for c in cases)} errors, {os.path.getsize(path)} bytes")
    cases = [record(ref, c) for c in spec_cases()]
    write(os.path.join(sys.argv[2], "spec.json"), cases, "the rows of spec section 9.2")
    print("spec:", len(cases))


if __name__ == "__main__":
    main()
