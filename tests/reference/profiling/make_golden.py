#!/usr/bin/env python3
"""Makes the golden files of this folder from the Python package AAanalysis.

    pip install aaanalysis==1.1.0
    python make_golden.py                          # every file but syn10000_default.tsv
    python make_golden.py --output DIR             # elsewhere
    python make_golden.py --only parts splits      # some of them (--list names all)
    python make_golden.py --with-syn10000          # 20 GB of memory, 15 to 25 minutes
    python make_golden.py --output DIR --against . # and compare with the stored files

Input data (sequences, scales) come out of the package itself. What every file holds
is described in README.md. Numbers are written as shortest decimals which read back
to the same binary64; `nan` is a missing number. Without --with-syn10000 it needs
3 GB of memory and about 15 minutes on one core.
"""
import argparse
import contextlib
import hashlib
import math
import os
import sys
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
import pandas as pd
import aaanalysis as aa
import aaanalysis.utils as ut
from aaanalysis.feature_engineering._backend import cpp_run
from aaanalysis.feature_engineering._backend.cpp.utils_feature import (
    get_df_pos_, get_feature_matrix_, get_positions_)

VERSION = "1.1.0"
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
PARTS = ["tmd", "tmd_n", "tmd_c", "jmd_n", "jmd_c", "ext_n", "ext_c", "tmd_jmd",
         "jmd_n_tmd_n", "tmd_c_jmd_c", "tmd_e", "ext_n_tmd_n", "tmd_c_ext_c"]
STATISTICS = ["abs_auc", "abs_mean_dif", "mean_dif", "std_test", "std_ref"]


# --- numbers, tables, hashes ---------------------------------------------------------

def text(value):
    """One cell: shortest round-trip decimals for floats, plain text for the rest."""
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return "nan" if math.isnan(value) else repr(value)
    if value is None:
        return ""
    cell = str(value)
    assert "\t" not in cell and "\n" not in cell, cell
    return cell


def write_table(folder, name, columns, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(columns) + "\n")
        for row in rows:
            assert len(row) == len(columns), (name, row)
            file.write("\t".join(map(text, row)) + "\n")


def write_frame(folder, name, frame, drop=("scale_description",)):
    columns = [c for c in frame.columns if c not in drop]
    write_table(folder, name, columns, frame[columns].itertuples(index=False, name=None))


def sha256(ids):
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()


# --- random numbers and synthetic sequences (the specification's appendix B) ---------

class SplitMix64:
    def __init__(self, seed=20240601):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n

    def unit(self):
        """A number of [0, 1) with a full 53-bit mantissa."""
        return (self.next() >> 11) * 2.0 ** -53

    def letters(self, n, alphabet=AMINO_ACIDS):
        return "".join(alphabet[self.below(len(alphabet))] for _ in range(n))


def synthetic(n):
    """SYN(n): the rows (entry, label, jmd_n, tmd, jmd_c)."""
    test, reference = AMINO_ACIDS + "LLLLVVVIIIAAAGGFF", AMINO_ACIDS + "LLLLVVIIAAAGGGSST"
    random, rows = SplitMix64(), []
    for i in range(n):
        label = 1 if i < n // 2 else 0
        length = 18 + random.below(8)
        rows.append(("S%06d" % i, label, random.letters(10),
                     random.letters(length, test if label else reference),
                     random.letters(10)))
    return rows


# --- the reference -------------------------------------------------------------------

def frame_of(rows):
    return pd.DataFrame(rows, columns=["entry", "label", "jmd_n", "tmd", "jmd_c"])


def parts_of(sequences, **arguments):
    return aa.SequenceFeature(verbose=False).get_df_parts(df_seq=sequences, **arguments)


@contextlib.contextmanager
def extension(length):
    """The package keeps `ext_len` in a global option."""
    before = aa.options["ext_len"]
    aa.options["ext_len"] = length
    try:
        yield
    finally:
        aa.options["ext_len"] = before


@contextlib.contextmanager
def observed():
    """Keeps what `run` forgets: pass 1, the pre-filtered table and its statistics."""
    seen, pre_filtering, add_stat = {}, cpp_run.pre_filtering, cpp_run.add_stat

    def watch_pre_filtering(**arguments):
        seen["pass1"] = pd.DataFrame({"feature": list(arguments["features"]),
                                      "abs_mean_dif": arguments["abs_mean_dif"],
                                      "std_test": arguments["std_test"]})
        seen["prefiltered"] = pre_filtering(**arguments)
        return seen["prefiltered"]

    def watch_add_stat(**arguments):
        seen["statistics"] = add_stat(**arguments)
        return seen["statistics"]

    cpp_run.pre_filtering, cpp_run.add_stat = watch_pre_filtering, watch_add_stat
    try:
        yield seen
    finally:
        cpp_run.pre_filtering, cpp_run.add_stat = pre_filtering, add_stat


def run(parts, labels, split_kws=None, df_scales=None, df_cat=None, accept_gaps=False,
        **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cpp = aa.CPP(df_parts=parts, split_kws=split_kws, df_scales=df_scales, df_cat=df_cat,
                     accept_gaps=accept_gaps, verbose=False)
        return cpp.run(labels=list(labels), n_jobs=1, **arguments)


class Data:
    """The package's own data, loaded once, and the runs which several files need."""

    def __init__(self):
        self.dom_gsec = aa.load_dataset("DOM_GSEC")
        self.labels = self.dom_gsec["label"].to_list()
        self.parts = parts_of(self.dom_gsec)
        self.scales = aa.load_scales()
        self.categories = aa.load_scales(name="scales_cat")
        self._default = self._thousand = None

    @property
    def default(self):
        if self._default is None:
            with observed() as seen:
                table = run(self.parts, self.labels)
            self._default = table, seen
        return self._default

    @property
    def thousand(self):
        if self._thousand is None:
            self._thousand = run(self.parts, self.labels, n_filter=1000)
        return self._thousand


# --- whole runs ----------------------------------------------------------------------

def make_dom_gsec(data, folder):
    table, seen = data.default
    write_frame(folder, "dom_gsec_default_legacy.tsv", table)
    write_frame(folder, "dom_gsec_default_exact.tsv",
                run(data.parts, data.labels, redundancy="exact"))
    # Every 2579th of the 515,862 features which pass the limit on the spread, by id (201).
    kept = seen["pass1"].sort_values("feature").reset_index(drop=True)
    sample = kept.iloc[::len(kept) // 200]
    write_table(folder, "dom_gsec_pass1_sample.tsv",
                ["feature", "abs_mean_dif", "abs_mean_dif_hex", "std_test", "std_test_hex"],
                [(f, d, float(d).hex(), s, float(s).hex())
                 for f, d, s in sample.itertuples(index=False)])
    # Every 145th of the 29,007 pre-filtered features, in their order.
    statistics = seen["statistics"]
    sample = statistics.iloc[::145]
    write_table(folder, "dom_gsec_prefiltered_sample.tsv", ["rank"] + list(sample.columns),
                [(rank,) + tuple(row) for rank, row in
                 zip(sample.index, sample.itertuples(index=False, name=None))])


def make_variants(data, folder):
    write_frame(folder, "n_filter1000.tsv", data.thousand)
    write_frame(folder, "parametric.tsv", run(data.parts, data.labels, parametric=True))
    write_frame(folder, "vectorized_false.tsv", run(data.parts, data.labels, vectorized=False))
    # Segments of a half of 11 residues have less than one each where the half is shown with 10.
    halves = parts_of(data.dom_gsec, list_parts=["tmd_n", "tmd_c"])
    write_frame(folder, "halves.tsv", run(halves, data.labels))


def anchor_scales():
    return list(aa.load_scales(top60_n=20))[:20]


def make_anchor40(data, folder):
    """The package's own frozen anchor: 40 sequences a class, 20 scales."""
    sequences = aa.load_dataset("DOM_GSEC", n=40)
    table = run(parts_of(sequences), sequences["label"], df_scales=data.scales[anchor_scales()],
                n_filter=50)
    write_frame(folder, "anchor_dom_gsec40_20scales.tsv", table)


def make_syn1000(data, folder):
    sequences = frame_of(synthetic(1000))
    write_frame(folder, "syn1000_default.tsv", run(parts_of(sequences), sequences["label"]))


def make_syn10000(data, folder):
    sequences = frame_of(synthetic(10000))
    write_frame(folder, "syn10000_default.tsv", run(parts_of(sequences), sequences["label"]))


# --- anchors: hashes of the chosen ids -------------------------------------------------

# Options of `run` by their names; a few keys of our own describe the rest:
# data, parts (list of parts), part_jmd_n_len/part_jmd_c_len (flanks of get_df_parts),
# ext_len, split (name of a set of split options, see splits.tsv), scales.
ANCHORS = [
    ("default", {}),
    ("exact", dict(redundancy="exact")),
    ("check_cat_false", dict(check_cat=False)),
    ("n_filter_25", dict(n_filter=25)),
    ("n_filter_1000", dict(n_filter=1000)),
    ("max_cor_0.3", dict(max_cor=0.3)),
    ("max_cor_0.7", dict(max_cor=0.7)),
    ("max_cor_1", dict(max_cor=1.0, n_filter=300)),
    ("max_overlap_0", dict(max_overlap=0.0)),
    ("max_overlap_1", dict(max_overlap=1.0)),
    ("exact_max_overlap_1", dict(redundancy="exact", max_overlap=1.0)),
    ("max_std_test_0.1", dict(max_std_test=0.1)),
    ("pct_pre_filter_10", dict(pct_pre_filter=10)),
    ("n_pre_filter_500", dict(n_pre_filter=500)),
    ("tmd_len_23", dict(tmd_len=23)),
    ("exact_tmd_len_23", dict(tmd_len=23, redundancy="exact")),
    ("start_minus_5", dict(start=-5)),
    ("exact_start_minus_5", dict(start=-5, redundancy="exact")),
    ("parametric", dict(parametric=True)),
    ("labels_swapped", dict(label_test=0, label_ref=1)),
    ("n_batches_10", dict(n_batches=10)),
    ("n_sample_batches_4", dict(n_sample_batches=4)),
    ("segments", dict(split="segments")),
    ("other_steps", dict(split="other_steps")),
    ("parts_three", dict(parts="jmd_n,tmd,jmd_c")),
    ("parts_all", dict(parts="all")),
    ("parts_all_ext_len_4", dict(parts="all", ext_len=4)),
    ("flanks_5_7", dict(part_jmd_n_len=5, part_jmd_c_len=7, jmd_n_len=5, jmd_c_len=7)),
    ("dom_gsec40_20scales", dict(data="dom_gsec40", scales="top60_20_first20", n_filter=50)),
    ("syn1000", dict(data="syn1000")),
]


def run_anchor(data, arguments):
    """Runs one of ANCHORS; gives the table and what was seen on the way."""
    arguments = dict(arguments)
    source = arguments.pop("data", "dom_gsec")
    sequences = {"dom_gsec": lambda: data.dom_gsec,
                 "dom_gsec40": lambda: aa.load_dataset("DOM_GSEC", n=40),
                 "syn1000": lambda: frame_of(synthetic(1000))}[source]()
    list_parts = arguments.pop("parts", None)
    flanks = dict(jmd_n_len=arguments.pop("part_jmd_n_len", 10),
                  jmd_c_len=arguments.pop("part_jmd_c_len", 10))
    if list_parts == "all":
        flanks["all_parts"] = True
    elif list_parts:
        flanks["list_parts"] = list_parts.split(",")
    split = arguments.pop("split", None)
    scales = arguments.pop("scales", None)
    with extension(arguments.pop("ext_len", 0)), observed() as seen:
        table = run(parts_of(sequences, **flanks), sequences["label"],
                    split_kws=SPLITS[split] if split else None,
                    df_scales=data.scales[anchor_scales()] if scales else None, **arguments)
    return table, seen


def make_anchors(data, folder):
    rows = []

    def add(name, arguments, what, ids):
        settings = ";".join(f"{k}={text(v) if not isinstance(v, bool) else str(v).lower()}"
                            for k, v in arguments.items())
        rows.append((name, settings, what, len(ids), sha256(ids)[:16]))

    for name, arguments in ANCHORS:
        table, seen = run_anchor(data, arguments)
        add(name, arguments, "selected_sorted", sorted(table["feature"]))
        add(name, arguments, "selected_ordered", list(table["feature"]))
        if "n_batches" not in arguments and "n_filter" not in arguments:
            features = list(seen["prefiltered"]["feature"])
            add(name, arguments, "prefiltered_sorted", sorted(features))
            add(name, arguments, "prefiltered_ordered", features)
        print(f"  {name}: {len(table)}", flush=True)
    write_table(folder, "anchors.tsv", ["name", "arguments", "list", "count", "sha256_16"], rows)


# --- parts, splits, positions ----------------------------------------------------------

def make_parts(data, folder):
    shortest = data.dom_gsec.loc[data.dom_gsec["sequence"].str.len().sort_values().index[:3]]
    random = SplitMix64(11)
    protein = random.letters(60)
    columns = ["case", "layout", "ext_len", "jmd_n_len", "jmd_c_len", "tmd_len",
               "replace_non_canonical", "in_entry", "in_sequence", "in_tmd_start", "in_tmd_stop",
               "in_jmd_n", "in_tmd", "in_jmd_c", "in_pos", "entry"] + PARTS
    rows = []

    def add(layout, inputs, ext_len=4, jmd_n_len=10, jmd_c_len=10, tmd_len=None, replace=False):
        frame = pd.DataFrame(inputs)
        with extension(ext_len):
            parts = aa.SequenceFeature(verbose=False).get_df_parts(
                df_seq=frame, list_parts=PARTS, jmd_n_len=jmd_n_len, jmd_c_len=jmd_c_len,
                tmd_len=tmd_len, replace_non_canonical_aa=replace)
        # An anchor row gives one output row per anchor.
        sources = [i for i, row in enumerate(inputs)
                   for _ in (row["pos"] if layout == "anchor" else [0])]
        assert len(sources) == len(parts)
        case = rows[-1][0] + 1 if rows else 0
        for source, (entry, values) in zip(sources, parts.iterrows()):
            row = inputs[source]
            anchors = ",".join(map(str, row["pos"])) if layout == "anchor" else ""
            rows.append((case, layout, ext_len, jmd_n_len, jmd_c_len, tmd_len, replace,
                         row["entry"], row.get("sequence"), row.get("tmd_start"),
                         row.get("tmd_stop"), row.get("jmd_n"), row.get("tmd"),
                         row.get("jmd_c"), anchors, entry) + tuple(values[p] for p in PARTS))

    def position(entry, start, stop, sequence=protein):
        return dict(entry=entry, sequence=sequence, tmd_start=start, tmd_stop=stop)

    # Bounds at the ends, flanks cut off on the left, the right and both sides, odd lengths.
    bounds = [(21, 43), (1, 60), (1, 1), (60, 60), (5, 27), (4, 24), (40, 55), (11, 50), (30, 31),
              (20, 22), (20, 24), (20, 25), (20, 26), (20, 28), (20, 30), (20, 32), (20, 40),
              (2, 59)]
    inputs = [position(f"P{i}", *b) for i, b in enumerate(bounds)]
    for ext_len in (0, 4, 10):
        add("position", inputs, ext_len=ext_len)
    add("position", inputs, ext_len=3, jmd_n_len=3, jmd_c_len=20)
    add("position", inputs, ext_len=0, jmd_n_len=0, jmd_c_len=5)
    add("position", inputs, ext_len=0, jmd_n_len=5, jmd_c_len=0)
    odd = "MKUXLB-AZ*" + protein[10:40] + "kJO" + protein[43:]
    for replace in (False, True):
        add("position", [position("Q0", 12, 34, odd), position("Q1", 3, 6, odd)], replace=replace)
    # Both layouts in one table, as in DOM_GSEC: the positions win.
    columns_both = ["entry", "sequence", "tmd_start", "tmd_stop", "jmd_n", "tmd", "jmd_c"]
    both = shortest[columns_both].to_dict("records")
    add("position", both)
    add("position", both, jmd_n_len=13, jmd_c_len=7)
    # Parts given; flanks longer and shorter than asked for; a middle domain which also occurs
    # earlier in the joined string (D5: the package takes the first occurrence).
    given = [("R0", "AAAAACCCCC", "WWWDDDEEEFFF", "GGGGGHHHHH"),
             ("R1", "ACDEFGHIKLMNPQ", "VVVVVTTTTT", "ACDEFGHIKLMNPQ"),
             ("R2", "ACD", "VVVVVTTTTTL", "FG"),
             ("R3", "", "VVVVVTTTTTLLW", ""),
             ("R4", "--ACDEFGHI", "VVVVVTTTTTLLWY", "KL--------"),
             ("R5", "AAAAALIVAA", "LIV", "AAAAAAAAAA")]
    inputs = [dict(entry=e, jmd_n=n, tmd=t, jmd_c=c) for e, n, t, c in given]
    add("part", inputs)
    add("part", inputs, ext_len=0, jmd_n_len=4, jmd_c_len=2)
    # A sequence and a middle domain, found by its first occurrence.
    add("sequence_tmd", [dict(entry="T0", sequence=protein, tmd=protein[20:43]),
                         dict(entry="T1", sequence="LIVACDEFGHIKLMNLIVACD", tmd="LIV"),
                         dict(entry="T2", sequence=protein, tmd=protein[50:])])
    # Only a sequence: lengths around the sum of the flanks.
    lengths = (1, 5, 9, 10, 11, 19, 20, 21, 22, 25, 40)
    inputs = [dict(entry=f"U{n}", sequence=protein[:n]) for n in lengths]
    for jmd_n_len, jmd_c_len in ((10, 10), (0, 10), (10, 0), (0, 0), (3, 7)):
        add("sequence", inputs, ext_len=0, jmd_n_len=jmd_n_len, jmd_c_len=jmd_c_len)
    # Anchors, one or several per row, odd and even widths.
    for tmd_len in (1, 2, 7, 8, 20, 21):
        add("anchor", [dict(entry="V0", sequence=protein, pos=[30]),
                       dict(entry="V1", sequence=protein, pos=[22, 35, 40])], tmd_len=tmd_len)
    add("anchor", [dict(entry="V2", sequence=protein, pos=[3, 57])], ext_len=0, tmd_len=5,
        jmd_n_len=0, jmd_c_len=1)
    write_table(folder, "parts.tsv", columns, rows)


SPLITS = {
    "default": aa.SequenceFeature.get_split_kws(),
    "segments": {"Segment": dict(n_split_min=2, n_split_max=7)},
    "other_steps": {"Segment": dict(n_split_min=1, n_split_max=3),
                    "Pattern": dict(steps=[1, 2, 5], n_min=1, n_max=3, len_max=8),
                    "PeriodicPattern": dict(steps=[2, 5])},
    "one_step": {"Pattern": dict(steps=[3], n_min=2, n_max=4, len_max=15)},
    "single_positions": {"Pattern": dict(steps=[3, 4], n_min=1, n_max=1, len_max=6)},
    "equal_steps": {"Pattern": dict(steps=[3, 3], n_min=2, n_max=3, len_max=10),
                    "PeriodicPattern": dict(steps=[3, 3])},
    "order_of_types": {"PeriodicPattern": dict(steps=[3, 4]),
                       "Segment": dict(n_split_min=1, n_split_max=2)},
    "never_fits": {"Segment": dict(n_split_min=1, n_split_max=1),
                   "Pattern": dict(steps=[3], n_min=2, n_max=4, len_max=4)},
}


def labels_of(split_kws):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        features = aa.SequenceFeature(verbose=False).get_features(
            list_parts=["tmd"], split_kws=split_kws, list_scales=["X"])
    return [feature.split("-")[1] for feature in features]


def make_splits(data, folder):
    rows = []
    for name, split_kws in SPLITS.items():
        settings = ";".join(f"{kind}({','.join(f'{k}={v}' for k, v in arguments.items())})"
                            .replace(" ", "") for kind, arguments in split_kws.items())
        rows += [(name, settings if i == 0 else "", i, label)
                 for i, label in enumerate(labels_of(split_kws))]
    write_table(folder, "splits.tsv", ["name", "split_kws", "index", "split"], rows)

    rows = []
    labels = labels_of(SPLITS["default"])
    layouts = [(1, 20, 10, 10, 0, ["tmd", "jmd_n_tmd_n", "tmd_c_jmd_c"], 1),
               (-5, 23, 5, 5, 4, PARTS, 7), (1, 30, 10, 10, 10, PARTS, 11),
               (100, 15, 15, 30, 0, ["tmd", "jmd_n", "jmd_c", "tmd_jmd"], 5),
               (0, 61, 0, 0, 0, ["tmd", "tmd_n", "tmd_c", "tmd_jmd"], 3)]
    for start, tmd_len, jmd_n_len, jmd_c_len, ext_len, parts, every in layouts:
        with extension(ext_len):
            for part in parts:
                for label in labels[::every]:
                    try:
                        positions = get_positions_(
                            features=[f"{part.upper()}-{label}-X"], start=start, tmd_len=tmd_len,
                            jmd_n_len=jmd_n_len, jmd_c_len=jmd_c_len)[0]
                    except IndexError:
                        positions = "IndexError"  # D8: the split does not fit the display
                    rows.append((start, tmd_len, jmd_n_len, jmd_c_len, ext_len, part, label,
                                 positions))
    write_table(folder, "positions.tsv", ["start", "tmd_len", "jmd_n_len", "jmd_c_len", "ext_len",
                                          "part", "split", "positions"], rows)


def make_names(data, folder):
    features = [
        "TMD-Segment(1,1)-ANDN920101", "TMD-Segment(4,9)-ROBB760108", "TMD-Segment(10,15)-KLEP840101",
        "TMD-Segment(8,15)-KLEP840101", "JMD_N_TMD_N-Segment(1,2)-ARGP820101",
        "JMD_N_TMD_N-Segment(11,11)-BIGC670101", "TMD_C_JMD_C-Segment(2,3)-QIAN880106",
        "TMD_C_JMD_C-Segment(3,4)-KLEP840101", "TMD_C_JMD_C-Segment(7,7)-LINS030110",
        "JMD_N-Segment(1,3)-CHOP780206", "JMD_C-Segment(5,5)-CHOP780212",
        "TMD_N-Segment(1,1)-FAUJ880104", "TMD_C-Segment(2,2)-FAUJ880104",
        "TMD_JMD-Segment(15,15)-CRAJ730103", "TMD_JMD-Segment(1,1)-KOEH090105",
        "TMD-Pattern(N,1,4)-ARGP820101", "TMD-Pattern(N,1,4,8)-KYTJ820101",
        "TMD-Pattern(C,3,6,10,14)-CRAJ730103", "JMD_N_TMD_N-Pattern(C,1,5,9,13)-TANS770107",
        "TMD_C_JMD_C-Pattern(C,10,14)-CRAJ730103", "TMD_C_JMD_C-Pattern(N,15)-PALJ810105",
        "JMD_N-Pattern(N,2,5,9)-KARS160110", "TMD_JMD-Pattern(C,4,7,11)-QIAN880110",
        "TMD-PeriodicPattern(N,i+3/4,2)-KYTJ820101", "TMD-PeriodicPattern(C,i+4/4,4)-KYTJ820101",
        "TMD-PeriodicPattern(C,i+3/3,1)-ANDN920101",
        "TMD_C_JMD_C-PeriodicPattern(C,i+4/3,4)-KYTJ820101",
        "JMD_N_TMD_N-PeriodicPattern(N,i+3/4,1)-ROBB760108",
        "JMD_C-PeriodicPattern(N,i+4/3,4)-PALJ810105", "TMD_C-PeriodicPattern(N,i+4/4,3)-LINS030113"]
    rows = []
    for start, tmd_len, jmd_n_len, jmd_c_len in ((1, 20, 10, 10), (-3, 31, 9, 12)):
        for feature in features:
            layout = dict(start=start, tmd_len=tmd_len, jmd_n_len=jmd_n_len, jmd_c_len=jmd_c_len)
            try:
                names = aa.SequenceFeature.get_feature_names(features=[feature], **layout)
                described = aa.SequenceFeature.get_feature_descriptions(features=[feature], **layout)
            except (ValueError, IndexError):
                continue  # too short a part for this split
            rows.append((start, tmd_len, jmd_n_len, jmd_c_len, feature, names[0], described[0]))
    write_table(folder, "feature_names.tsv", ["start", "tmd_len", "jmd_n_len", "jmd_c_len",
                                              "feature", "name", "description"], rows)


# --- feature values ----------------------------------------------------------------------

def write_values(folder, name, rows, features, values):
    write_table(folder, name, ["entry", "jmd_n", "tmd", "jmd_c"] + features,
                [(row[0], row[2], row[3], row[4]) + tuple(value) for row, value in zip(rows, values)])


def parts_as_given(rows, list_parts):
    """Parts put together from the given strings (no search for the middle domain)."""
    records = []
    for _, _, jmd_n, tmd, jmd_c in rows:
        every = ut.get_dict_part_seq(tmd=tmd, jmd_n=jmd_n, jmd_c=jmd_c)
        records.append({part: every[part] for part in list_parts})
    return pd.DataFrame(records, index=[row[0] for row in rows])


def make_feature_values(data, folder):
    sf = aa.SequenceFeature(verbose=False)
    features = [
        "TMD-Segment(1,1)-ANDN920101", "TMD-Segment(1,3)-ANDN920101", "TMD-Segment(2,3)-KLEP840101",
        "TMD_C_JMD_C-Segment(3,4)-KLEP840101", "JMD_N_TMD_N-Segment(7,15)-BIGC670101",
        "TMD-Pattern(N,1,4)-ARGP820101", "TMD-Pattern(C,3,6,10,14)-CRAJ730103",
        "TMD_C_JMD_C-Pattern(C,10,14)-CRAJ730103", "TMD-PeriodicPattern(N,i+3/4,2)-KYTJ820101",
        "TMD_C_JMD_C-PeriodicPattern(C,i+4/3,4)-KYTJ820101"]
    chosen = [0, 1] + list(range(60, 68))
    values = sf.feature_matrix(features=features, df_parts=data.parts)
    write_table(folder, "dom_gsec_feature_values.tsv", ["entry"] + features,
                [(data.dom_gsec["entry"][i],) + tuple(values[i]) for i in chosen])

    # Gaps and foreign letters. Their slots keep a lane of the pairwise sum, so long splits
    # with gaps at lanes 8 and above matter.
    features = [
        "TMD-Segment(1,1)-ANDN920101", "TMD-Segment(1,1)-KYTJ820101", "TMD-Segment(2,2)-CRAJ730103",
        "TMD-Segment(1,3)-ROBB760108", "TMD-Segment(2,4)-KLEP840101",
        "JMD_N_TMD_N-Segment(1,1)-BIGC670101", "JMD_N_TMD_N-Segment(1,2)-QIAN880106",
        "TMD_C_JMD_C-Segment(1,1)-PALJ810105", "TMD_C_JMD_C-Segment(2,2)-CHOP780212",
        "TMD_JMD-Segment(1,1)-ANDN920101", "TMD_JMD-Segment(1,1)-CRAJ730103",
        "TMD_JMD-Segment(2,3)-KYTJ820101", "TMD-Pattern(N,1,4,8,12)-ARGP820101",
        "TMD-Pattern(C,3,6,10,14)-CRAJ730103", "TMD_JMD-Pattern(N,1,5,9,13)-LINS030110",
        "TMD_JMD-PeriodicPattern(N,i+3/4,1)-KYTJ820101", "TMD_JMD-PeriodicPattern(C,i+4/3,4)-FAUJ880104",
        "TMD_JMD-PeriodicPattern(C,i+3/3,2)-ANDN920101", "TMD-PeriodicPattern(N,i+4/4,2)-BIGC670101",
        "JMD_N_TMD_N-PeriodicPattern(N,i+3/4,2)-ROBB760108"]
    random, rows = SplitMix64(5), []
    while len(rows) < 40:
        length = 16 + random.below(25)
        letters = list(random.letters(20 + length))
        for _ in range(1 + random.below(12)):
            letters[random.below(len(letters))] = "-XUB*z.JO"[random.below(9)]
        joined = "".join(letters)
        row = (f"G{len(rows):02d}", 0, joined[:10], joined[10:10 + length], joined[10 + length:])
        parts = parts_as_given([row], ["tmd", "jmd_n_tmd_n", "tmd_c_jmd_c", "tmd_jmd"])
        with contextlib.suppress(ValueError):  # a split without any residue is an error
            sf.feature_matrix(features=features, df_parts=parts, accept_gaps=True)
            rows.append(row)
    parts = parts_as_given(rows, ["tmd", "jmd_n_tmd_n", "tmd_c_jmd_c", "tmd_jmd"])
    write_values(folder, "feature_values_gaps.tsv", rows, features,
                 sf.feature_matrix(features=features, df_parts=parts, accept_gaps=True))

    # Residue counts which are multiples of 8: half of the fifth decimal occurs exactly, and the
    # order of the sum decides.
    scales = ["ANDN920101", "CRAJ730103", "KYTJ820101", "ROBB760108"]
    splits = ["TMD-Segment(1,1)", "TMD-Segment(1,2)", "TMD-Segment(2,3)", "TMD_JMD-Segment(2,2)",
              "TMD_JMD-PeriodicPattern(N,i+3/4,1)"]
    features = [f"{split}-{scale}" for split in splits for scale in scales]
    random = SplitMix64(6)
    rows = [(f"T{i:02d}", 0, random.letters(10), random.letters(length), random.letters(10))
            for i, length in enumerate([16, 24, 32, 40, 48, 64, 136, 152] * 5)]
    parts = parts_as_given(rows, ["tmd", "tmd_jmd"])
    write_values(folder, "feature_values_ties.tsv", rows, features,
                 sf.feature_matrix(features=features, df_parts=parts))

    # Lengths at which the two rules for segment boundaries differ, and neighbours.
    triples = [(15, 11, 11), (15, 13, 13), (30, 11, 11), (30, 13, 13), (49, 11, 11), (60, 11, 11),
               (60, 13, 13), (61, 7, 7), (61, 14, 14), (63, 13, 13), (98, 11, 11), (107, 13, 13),
               (109, 11, 11), (113, 13, 13), (115, 7, 7), (115, 14, 14), (120, 11, 11),
               (120, 13, 13), (122, 7, 7), (122, 14, 7), (122, 14, 14), (123, 15, 15),
               (126, 13, 13), (185, 11, 11), (196, 11, 11), (16, 11, 11), (31, 13, 13), (62, 7, 7)]
    random, rows, middle = SplitMix64(7), [], {}
    for length, n, j in triples:
        tmd = middle.setdefault(length, random.letters(length))
        parts = pd.DataFrame({"tmd": [tmd]}, index=["X"])
        for i in {j, min(j + 1, n)}:
            feature = f"TMD-Segment({i},{n})-ANDN920101"
            integer = sf.feature_matrix(features=[feature], df_parts=parts)[0, 0]
            floating = get_feature_matrix_(features=[feature], df_parts=parts,
                                           df_scales=data.scales, n_jobs=1)[0, 0]
            positions = get_positions_(features=[feature], tmd_len=length, jmd_n_len=0, jmd_c_len=0)
            rows.append((length, tmd, feature, integer, floating, positions[0]))
    write_table(folder, "feature_values_boundary.tsv",
                ["length", "tmd", "feature", "integer_rule", "float_rule", "positions"], rows)


# --- runs on harder input ----------------------------------------------------------------

def gaps_input(data):
    """DOM_GSEC with foreign letters, cut flanks and middle domains of other lengths."""
    random, rows = SplitMix64(8), []
    for row in data.dom_gsec.itertuples(index=False):
        jmd_n, tmd, jmd_c = list(row.jmd_n), list(row.tmd), list(row.jmd_c)
        for part in (jmd_n, tmd, jmd_c):
            for i in range(len(part)):
                if random.below(500) == 0:
                    part[i] = "-XUB"[random.below(4)]
        if random.below(12) == 0:
            cut = 1 + random.below(4)
            jmd_n[:cut] = "-" * cut
        if random.below(12) == 0:
            cut = 1 + random.below(4)
            jmd_c[-cut:] = "-" * cut
        if random.below(4) == 0:
            tmd = tmd[:16 + random.below(7)]
        elif random.below(8) == 0:
            tmd = tmd + list(random.letters(1 + random.below(17)))
        rows.append((row.entry, row.label, "".join(jmd_n), "".join(tmd), "".join(jmd_c)))
    return rows


def make_gaps(data, folder):
    rows = gaps_input(data)
    write_table(folder, "gaps_input.tsv", ["entry", "label", "jmd_n", "tmd", "jmd_c"], rows)
    parts = parts_of(frame_of(rows))
    assert parts.equals(parts_as_given(rows, list(parts)).set_index(parts.index))
    with observed() as seen:
        table = run(parts, [row[1] for row in rows], accept_gaps=True)
    write_frame(folder, "gaps_default.tsv", table)
    funnel = seen["pass1"]
    print(f"  gaps: {len(funnel)} pass, {len(seen['prefiltered'])} pre-filtered, {len(table)}")


def make_boundary(data, folder):
    """A whole run over lengths at which pass 1 and pass 2 read different residues (D1)."""
    random, rows = SplitMix64(9), []
    for i in range(60):
        label = 1 if i < 30 else 0
        length = (15, 30, 30, 49, 60)[random.below(5)]
        # The groups differ at the end of the middle domain, which the float rule drops.
        end = random.letters(3, "LLLVVVIIIFMAKR" if label else "DDDEEEKKKNQGPV")
        rows.append(("B%02d" % i, label, random.letters(10), random.letters(length - 3) + end,
                     random.letters(10)))
    write_table(folder, "boundary_input.tsv", ["entry", "label", "jmd_n", "tmd", "jmd_c"], rows)
    parts = parts_of(frame_of(rows))
    assert parts.equals(parts_as_given(rows, list(parts)).set_index(parts.index))
    table = run(parts, [row[1] for row in rows], df_scales=data.scales[anchor_scales()],
                n_filter=200, redundancy="exact", max_overlap=1.0)
    write_frame(folder, "boundary_run.tsv", table)


def user_scales():
    """Six scales with full mantissas over a shuffled alphabet of 21 letters, and categories."""
    random, letters = SplitMix64(10), "YACDEFGHIKLMNPQRSTVWU"
    names = ["USER01", "USER02", "USER03", "USER04", "USER05", "USER06"]
    table = {name: [random.unit() for _ in letters] for name in names}
    # One pair beyond the usual limit of the correlation.
    table["USER06"] = [0.875 * x + 0.125 * random.unit() for x in table["USER01"]]
    categories = pd.DataFrame({
        "scale_id": names, "category": ["One", "One", "Two", "Two", "Three", "One"],
        "subcategory": [f"Sub {name[-1]}" for name in names],
        "scale_name": [f"Scale {name[-1]}" for name in names],
        "scale_description": [f"Random numbers {name[-1]}" for name in names]})
    return pd.DataFrame(table, index=list(letters)), categories


def make_small_groups(data, folder):
    scales, categories = user_scales()
    write_table(folder, "user_scales.tsv", ["AA"] + list(scales),
                [(letter,) + tuple(values) for letter, values in
                 zip(scales.index, scales.itertuples(index=False, name=None))])
    write_frame(folder, "user_categories.tsv", categories, drop=())
    letters = "".join(scales.index)
    random, sets = SplitMix64(12), {}

    def rows(name, labels, constant=False):
        middle = random.letters(20, letters)
        return [(f"{name}{i}", label, random.letters(10, letters),
                 middle if constant else random.letters(16 + random.below(9), letters),
                 random.letters(10, letters)) for i, label in enumerate(labels)]

    sets["one_one"] = rows("A", [1, 0])
    sets["two_three"] = rows("B", [0, 1, 0, 1, 0])
    sets["one_eight"] = rows("C", [0, 0, 0, 1, 0, 0, 0, 0, 0])
    sets["constant_middle"] = rows("D", [1, 0, 1, 0, 1, 0, 1, 0], constant=True)
    sets["ten_nine"] = rows("E", [1] * 10 + [0] * 9)
    write_table(folder, "small_groups_input.tsv",
                ["set", "entry", "label", "jmd_n", "tmd", "jmd_c"],
                [(name,) + row for name, group in sets.items() for row in group])
    output = []
    # "candidates" keeps every candidate of few splits, constant features among them.
    every = dict(split_kws={"Segment": dict(n_split_min=1, n_split_max=2)}, n_filter=54,
                 pct_pre_filter=100, max_std_test=0.9, max_cor=1.0, max_overlap=1.0)
    tests = [("default", {}), ("vectorized=false", dict(vectorized=False)),
             ("parametric=true", dict(parametric=True))]
    for name, group in sets.items():
        parts = parts_of(frame_of(group))
        assert parts.equals(parts_as_given(group, list(parts)).set_index(parts.index))
        variants = [(test, dict(n_filter=15, **chosen)) for test, chosen in tests]
        if name in ("one_one", "two_three", "constant_middle"):
            variants += [(f"candidates;{test}", dict(every, **chosen)) for test, chosen in tests]
        for variant, arguments in variants:
            table = run(parts, [row[1] for row in group], df_scales=scales, df_cat=categories,
                        **arguments)
            p_value = [c for c in table.columns if c.startswith("p_val") and "fdr" not in c][0]
            columns = ["feature", "category"] + STATISTICS + [p_value, "p_val_fdr_bh", "positions"]
            output += [(name, variant) + row
                       for row in table[columns].itertuples(index=False, name=None)]
    write_table(folder, "small_groups.tsv", ["set", "variant", "feature", "category"] + STATISTICS
                + ["p_value", "p_val_fdr_bh", "positions"], output)


# --- what surrounds the run ----------------------------------------------------------------

def make_df_feat(data, folder):
    sf = aa.SequenceFeature(verbose=False)
    table, _ = data.default
    features = list(table["feature"][:12]) + [
        "TMD-Segment(1,1)-ANDN920101", "JMD_N_TMD_N-Segment(11,11)-BIGC670101",
        "TMD-Pattern(N,1,4)-ARGP820101", "TMD-PeriodicPattern(N,i+3/4,2)-KYTJ820101",
        "TMD_C_JMD_C-PeriodicPattern(C,i+4/3,4)-KYTJ820101", "TMD-Segment(1,2)-KLEP840101",
        "TMD-Segment(2,2)-KLEP840101", "JMD_N_TMD_N-Pattern(C,1,5,9,13)-TANS770107"]
    for name, arguments in (("df_feat.tsv", {}), ("df_feat_parametric.tsv", dict(parametric=True))):
        write_frame(folder, name, sf.get_df_feat(
            features=features, df_parts=data.parts, labels=data.labels, **arguments))
    # One test sequence (row 3) against rows 70 to 75: the residues of the test are listed.
    chosen = [3] + list(range(70, 76))
    parts = parts_of(data.dom_gsec.iloc[chosen].reset_index(drop=True), all_parts=True)
    single = sf.get_df_feat(features=features, df_parts=parts, labels=[1] + [0] * 6)
    write_frame(folder, "df_feat_single.tsv", single)


def make_df_pos(data, folder):
    table, _ = data.default
    positions = list(range(1, 41))
    rows = []

    def add(frame, col_cat, col_val, value_type, normalize):
        for category, values in frame.iterrows():
            rows.append((col_cat, col_val, value_type, normalize, category)
                        + tuple(float(v) for v in values))

    for col_val in STATISTICS:
        add(aa.SequenceFeature.get_df_pos(df_feat=table, col_val=col_val), "category", col_val,
            "mean", False)
    add(aa.SequenceFeature.get_df_pos(df_feat=table, normalize=True), "category", "mean_dif", "mean",
        True)
    # The public function takes sums only of feature importances, and never counts or deviations;
    # these come from the function below it.
    for value_type, col_val in (("count", None), ("sum", "mean_dif"), ("sum", "abs_auc"),
                                ("std", "mean_dif")):
        frame = get_df_pos_(df_feat=table, col_cat="category", col_val=col_val,
                            value_type=value_type, start=1, stop=40)
        add(frame, "category", col_val or "", value_type, False)
    write_table(folder, "df_pos.tsv", ["col_cat", "col_val", "value_type", "normalize", "category"]
                + [f"p{p}" for p in positions], rows)
    parts = ["jmd_n", "tmd", "jmd_c", "tmd_n", "tmd_c", "jmd_n_tmd_n", "tmd_c_jmd_c", "tmd_jmd"]
    frame = aa.SequenceFeature.get_df_pos(df_feat=table, col_val="abs_auc", list_parts=parts)
    write_table(folder, "df_pos_parts.tsv", ["category"] + parts,
                [(category,) + tuple(float(v) for v in values) for category, values in frame.iterrows()])


def make_prune(data, folder):
    sf = aa.SequenceFeature(verbose=False)
    rows = []
    for max_cor in (0.7, 0.5):
        kept = sf.prune_by_correlation(df_feat=data.thousand, df_parts=data.parts, max_cor=max_cor)
        rows += [("correlation", max_cor, rank, f) for rank, f in enumerate(kept["feature"])]
    for threshold in (0.0, 0.01, 0.03):
        kept = sf.prune_by_variance(df_feat=data.thousand, df_parts=data.parts, threshold=threshold)
        rows += [("variance", threshold, rank, f) for rank, f in enumerate(kept["feature"])]
    write_table(folder, "prune.tsv", ["method", "limit", "rank", "feature"], rows)
    # How close any pair comes to a limit: below 1e-9 a result would hang on the last bits.
    values = sf.feature_matrix(features=data.thousand, df_parts=data.parts)
    correlation = np.abs(np.corrcoef(values, rowvar=False))
    spread = values.var(axis=0)
    print("  nearest |correlation| to 0.7, 0.5:", abs(correlation - .7).min(),
          abs(correlation - .5).min(), "variance to 0.01, 0.03:", abs(spread - .01).min(),
          abs(spread - .03).min())

    random = SplitMix64(13)
    matrix = np.array([[random.unit() for _ in range(10)] for _ in range(12)])
    matrix[:, 3] = 0.75 * matrix[:, 0] + 0.25 * matrix[:, 3]
    matrix[:, 5] = -0.875 * matrix[:, 1] + 0.125 * matrix[:, 5]
    matrix[:, 7] = 0.5 * matrix[:, 3] + 0.5 * matrix[:, 7]
    matrix[:, 8] = 0.5  # constant: its correlations are NaN and never beyond a limit
    rows = [(f"x{i}",) + tuple(row) for i, row in enumerate(matrix)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for max_cor in (0.9, 0.7, 0.5, 0.3):
            kept = aa.NumericalFeature.filter_correlation(matrix, max_cor=max_cor)
            rows.append((f"keep_{max_cor}",) + tuple(kept))
    write_table(folder, "filter_correlation.tsv", ["row"] + [f"f{j}" for j in range(10)], rows)
    write_table(folder, "correlation_ties.tsv", ["seed", "samples", "method", "max_cor", "kept"],
                correlation_ties(sf, data.thousand))
    write_table(folder, "variance_ties.tsv", ["seed", "samples", "columns", "method", "threshold", "kept"],
                variance_ties(sf, data.thousand))


def tied_matrix(seed, n, columns=8):
    """Columns of two values each, the larger one in a third of the rows: correlations are fractions of small integers."""
    random = SplitMix64(seed)
    matrix = np.empty((n, columns))
    for j in range(columns):
        low, high = random.below(1000) / 1000, (1000 + random.below(1000)) / 1000
        rows = list(range(n))
        for i in range(n // 3):
            k = i + random.below(n - i)
            rows[i], rows[k] = rows[k], rows[i]
        matrix[:, j] = low
        matrix[rows[:n // 3], j] = high
    return matrix


def correlation_ties(sf, features):
    """What is kept where max_cor is the correlation of the first two columns: the last bit of NumPy's sums decides."""
    result = []
    for seed in range(60):
        n = (9, 12, 30, 126, 300, 510, 600, 900)[seed % 8]
        matrix = tied_matrix(seed, n)
        third, columns = n // 3, matrix.shape[1]
        large = matrix > 1 - 1e-9
        both = int((large[:, 0] & large[:, 1]).sum())
        max_cor = abs(n * both - third * third) / (third * (n - third))
        table = features.head(columns).copy()
        table["abs_auc"] = [0.5 - 0.01 * j for j in range(columns)]
        for method in ("rows", "columns"):  # as they stand in memory
            ordered = np.ascontiguousarray(matrix) if method == "rows" else np.asfortranarray(matrix)
            kept = aa.NumericalFeature.filter_correlation(ordered, max_cor=max_cor)
            result.append((seed, n, method, max_cor, "".join("01"[int(k)] for k in kept)))
        kept = set(sf.prune_by_correlation(df_feat=table, X=matrix, max_cor=max_cor)["feature"])
        result.append((seed, n, "prune", max_cor, "".join("01"[f in kept] for f in table["feature"])))
    return result


def variance_ties(sf, features):
    """What is kept where the threshold is the variance of one column: the last bit of NumPy's sums decides."""
    result = []
    for seed in range(60):
        n, columns = (9, 12, 30, 126, 300, 510, 600, 900)[seed % 8], 1 if seed % 6 == 5 else 8
        matrix = tied_matrix(seed, n, columns)
        spreads = sorted(matrix.max(axis=0) - matrix.min(axis=0))
        threshold = float(2 * spreads[columns // 2] ** 2 / 9)  # a third of the rows has the larger value
        table = features.head(columns)
        for method in ("rows", "columns"):  # as they stand in memory
            ordered = np.ascontiguousarray(matrix) if method == "rows" else np.asfortranarray(matrix)
            try:
                kept = set(sf.prune_by_variance(df_feat=table, X=ordered, threshold=threshold)["feature"])
            except ValueError:  # nothing is left
                kept = set()
            result.append((seed, n, columns, method, threshold, "".join("01"[f in kept] for f in table["feature"])))
    return result


# --- numeric input -------------------------------------------------------------------------

def tensors_from_scales(parts, scales):
    lookup = {letter: values for letter, values in zip(scales.index, scales.to_numpy(dtype=float))}
    result = {}
    for part in parts:
        longest = parts[part].map(len).max()
        tensor = np.full((len(parts), longest, scales.shape[1]), np.nan)
        for i, sequence in enumerate(parts[part]):
            tensor[i, :len(sequence)] = [lookup[letter] for letter in sequence]
        result[part] = tensor
    return result


def run_num(parts, labels, tensors, scales, categories, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cpp = aa.CPP(df_parts=parts, df_scales=scales, df_cat=categories, verbose=False,
                     accept_gaps=arguments.pop("accept_gaps", False))
        return cpp.run_num(dict_num_parts=tensors, labels=list(labels), n_jobs=1, **arguments)


def make_run_num(data, folder):
    table = run_num(data.parts, data.labels, tensors_from_scales(data.parts, data.scales),
                    data.scales, data.categories)
    write_frame(folder, "run_num_dom_gsec.tsv", table)

    # Random tensors: one value per sequence, residue and dimension, in this order, each
    # unit() of SplitMix64(14). The variant "missing" makes a residue NaN in all dimensions
    # where (running number of the residue) mod 53 == 17.
    names = ["ANDN920101", "KYTJ820101", "CHOP780212", "KLEP840101", "QIAN880106"]
    scales = data.scales[names]
    categories = data.categories[data.categories["scale_id"].isin(names)]
    letters, values = SplitMix64(15), SplitMix64(14)
    rows, dense, missing, residue = [], {}, {}, 0
    for i in range(30):
        entry, label = "N%02d" % i, 1 if i % 2 == 0 else 0
        length = 40 + letters.below(30)
        sequence = letters.letters(length)
        start = 11 + letters.below(5)
        stop = start + 17 + letters.below(6)
        tensor = np.array([[values.unit() for _ in names] for _ in range(length)])
        if label:  # something to find
            tensor[start - 1:stop, 0] = 0.5 * tensor[start - 1:stop, 0] + 0.5
            tensor[start + 3:start + 8, 2] *= 0.25
        holes = tensor.copy()
        for k in range(length):
            if (residue + k) % 53 == 17:
                holes[k] = np.nan
        residue += length
        rows.append((entry, label, sequence, start, stop))
        dense[entry], missing[entry] = tensor, holes
    write_table(folder, "run_num_input.tsv", ["entry", "label", "sequence", "tmd_start", "tmd_stop"],
                rows)
    frame = pd.DataFrame(rows, columns=["entry", "label", "sequence", "tmd_start", "tmd_stop"])
    output = []
    for variant, tensors in (("dense", dense), ("missing", missing)):
        parts, sliced = aa.NumericalFeature.get_parts(df_seq=frame, dict_num=tensors)
        # Right-padded flanks occur (short C-terminus); left-padded ones are defect D4.
        assert not parts["jmd_n_tmd_n"].str.startswith("-").any()
        # The check of the letters does not know that numbers are used: gaps must be accepted.
        table = run_num(parts, frame["label"], sliced, scales, categories, n_filter=40,
                        accept_gaps=True, redundancy="exact", max_overlap=1.0)
        columns = ["feature", "category"] + STATISTICS + ["p_val_mann_whitney", "p_val_fdr_bh",
                                                          "positions"]
        output += [(variant,) + row for row in table[columns].itertuples(index=False, name=None)]
    write_table(folder, "run_num_random.tsv", ["variant", "feature", "category"] + STATISTICS
                + ["p_val_mann_whitney", "p_val_fdr_bh", "positions"], output)


# --- main ------------------------------------------------------------------------------------

MAKERS = {
    "dom_gsec": make_dom_gsec, "variants": make_variants, "anchor40": make_anchor40,
    "syn1000": make_syn1000, "anchors": make_anchors, "parts": make_parts, "splits": make_splits,
    "names": make_names, "feature_values": make_feature_values, "gaps": make_gaps,
    "boundary": make_boundary, "small_groups": make_small_groups, "df_feat": make_df_feat,
    "df_pos": make_df_pos, "prune": make_prune, "run_num": make_run_num, "syn10000": make_syn10000,
}


def check_synthetic():
    """The generator must give what the specification says it gives."""
    for n, expected in ((1000, "af9714c10ed8e88bef247d94ea1e2209278f0bc90b85763cb0e289e92da8b595"),
                        (10000, "48e7f06dae41b872bf7cc5363d24aba2ab84ab19b525688d4fc3dcafbd590be2")):
        lines = "".join("\t".join(map(str, row)) + "\n" for row in synthetic(n))
        assert hashlib.sha256(lines.encode()).hexdigest() == expected


def compare(made, stored):
    """Text must be equal; p-values may differ by 1e-10 (absolute)."""
    different = []
    for name in sorted(os.listdir(made)):
        if not name.endswith(".tsv"):
            continue
        if not os.path.exists(os.path.join(stored, name)):
            print(f"NEW     {name}")
            continue
        tables = []
        for folder in (made, stored):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                tables.append([line.rstrip("\n").split("\t") for line in file])
        ours, theirs = tables
        largest, wrong = 0.0, len(ours) != len(theirs) or ours[0] != theirs[0]
        for a, b in zip(ours[1:], theirs[1:]):
            for column, x, y in zip(ours[0], a, b):
                if x == y:
                    continue
                if column.startswith("p_val"):
                    largest = max(largest, abs(float(x) - float(y)))
                else:
                    wrong = True
        if wrong or not largest <= 1e-10:
            different.append(name)
        print(f"{'DIFFERS' if name in different else 'equal  '} {name}"
              + (f" (p-values within {largest:.1e})" if largest else ""))
    return different


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", default=here, help="folder to write to (default: this one)")
    parser.add_argument("--only", nargs="+", choices=sorted(MAKERS), metavar="NAME")
    parser.add_argument("--list", action="store_true", help="list the names for --only")
    parser.add_argument("--with-syn10000", action="store_true")
    parser.add_argument("--against", metavar="DIR", help="compare what was made with DIR")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(MAKERS))
        return 0
    if aa.__version__ != VERSION:
        sys.exit(f"needs aaanalysis=={VERSION}, found {aa.__version__}")
    aa.options["verbose"] = False
    warnings.simplefilter("ignore")
    check_synthetic()
    os.makedirs(arguments.output, exist_ok=True)
    names = arguments.only or [n for n in MAKERS if n != "syn10000" or arguments.with_syn10000]
    data = Data()
    for name in names:
        began = time.time()
        MAKERS[name](data, arguments.output)
        print(f"{name}: {time.time() - began:.1f} s", flush=True)
    if arguments.against:
        return 1 if compare(arguments.output, arguments.against) else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
