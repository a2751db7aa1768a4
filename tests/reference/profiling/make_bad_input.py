#!/usr/bin/env python3
"""Writes bad_input.md: what AAanalysis answers to bad input, case by case.

    pip install aaanalysis==1.1.0
    python make_bad_input.py [--output FILE]

Every row is run against the package; the messages are its own, cut to their first line.
"""
import argparse
import os
import sys
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np
import pandas as pd
import aaanalysis as aa

sys.dont_write_bytecode = True
from make_golden import SplitMix64, VERSION

aa.options["verbose"] = False
RANDOM = SplitMix64(1)
ROWS = 6
LABELS = [1, 1, 1, 0, 0, 0]
SCALES = aa.load_scales().iloc[:, :4]
CATEGORIES = aa.load_scales(name="scales_cat")
SEQUENCES = pd.DataFrame({"entry": [f"E{i}" for i in range(ROWS)],
                          "sequence": [RANDOM.letters(45) for _ in range(ROWS)],
                          "tmd_start": [12] * ROWS, "tmd_stop": [33] * ROWS})
SF = aa.SequenceFeature(verbose=False)
PARTS = SF.get_df_parts(df_seq=SEQUENCES)
SEGMENT = {"Segment": dict(n_split_min=1, n_split_max=3)}
FEATURE = f"TMD-Segment(1,2)-{SCALES.columns[0]}"


def changed(frame, **columns):
    frame = frame.copy()
    for column, values in columns.items():
        frame[column] = values
    return frame


def renamed(frame, **names):
    return frame.rename(columns=names)


def part_with(value, part="tmd", row=2):
    frame = PARTS.copy()
    frame.iloc[row, list(frame).index(part)] = value
    return frame


def cpp(df_parts=PARTS, split_kws=SEGMENT, df_scales=SCALES, **arguments):
    return aa.CPP(df_parts=df_parts, split_kws=split_kws, df_scales=df_scales, verbose=False,
                  **arguments)


def run(**arguments):
    arguments = {"labels": LABELS, "n_jobs": 1, "n_filter": 10, **arguments}
    return cpp().run(**arguments)


def run_of(constructor, **arguments):
    arguments = {"labels": LABELS, "n_jobs": 1, "n_filter": 10, **arguments}
    return cpp(**constructor).run(**arguments)


def parts(frame, **arguments):
    return SF.get_df_parts(df_seq=frame, **arguments)


def position(start, stop):
    frame = SEQUENCES.copy()
    frame.loc[1, "tmd_start"], frame.loc[1, "tmd_stop"] = start, stop
    return parts(frame)


def matrix(features, df_parts=PARTS, **arguments):
    return SF.feature_matrix(features=features, df_parts=df_parts, df_scales=SCALES, **arguments)


def tensors(D=4, rows=ROWS, **replaced):
    result = {p: np.full((rows, PARTS[p].map(len).max(), D), 0.25) for p in PARTS}
    result.update({name: value for name, value in replaced.items() if value is not None})
    for name in [name for name, value in replaced.items() if value is None]:
        del result[name]
    return result


def run_num(dict_num_parts, **arguments):
    return cpp().run_num(dict_num_parts=dict_num_parts, labels=LABELS, n_jobs=1, n_filter=10,
                         **arguments)


def splits(**kinds):
    return cpp(split_kws=kinds)


def segment(**arguments):
    return splits(Segment=arguments)


def pattern(**arguments):
    return splits(Pattern={**dict(steps=[3, 4], n_min=2, n_max=4, len_max=15), **arguments})


def periodic(steps):
    return splits(PeriodicPattern=dict(steps=steps))


def counts(table):
    return len(table), table["feature"].nunique()


def clamped(length, **kinds):
    frame = pd.DataFrame({"tmd": [RANDOM.letters(length) for _ in range(ROWS)]})
    return cpp(df_parts=frame, split_kws=kinds or None).split_kws


def swapped(frame, column, values):
    frame = frame.copy()
    frame[column] = values
    return frame


CASES = [
    ("Labels", [
        ("labels=None", lambda: run(labels=None)),
        ("labels of the wrong length (5 of 6)", lambda: run(labels=LABELS[:5])),
        ("labels as floats [1.0, 0.0, ...]", lambda: run(labels=[float(x) for x in LABELS])),
        ("labels as strings", lambda: run(labels=[str(x) for x in LABELS])),
        ("labels as booleans", lambda: run(labels=[x == 1 for x in LABELS])),
        ("labels all 1", lambda: run(labels=[1] * ROWS)),
        ("labels 1 and 2 (label_ref missing)", lambda: run(labels=[1, 1, 1, 2, 2, 2])),
        ("labels with a third value", lambda: run(labels=[1, 1, 1, 0, 0, 2])),
        ("label_test=1, label_ref=1", lambda: run(label_test=1, label_ref=1)),
        ("label_test=1.0", lambda: run(label_test=1.0)),
        ("one test sequence", lambda: run(labels=[1, 0, 0, 0, 0, 0])),
        ("one reference sequence", lambda: run(labels=[0, 1, 1, 1, 1, 1])),
    ]),
    ("Limits of run", [
        ("n_filter=0", lambda: run(n_filter=0)),
        ("n_filter=2.0", lambda: run(n_filter=2.0)),
        ("n_filter=None", lambda: run(n_filter=None)),
        ("n_filter=10000 of 72 candidates", lambda: run(n_filter=10000)),
        ("n_pre_filter=0", lambda: run(n_pre_filter=0)),
        ("n_pre_filter=3 below n_filter=10", lambda: run(n_pre_filter=3)),
        ("pct_pre_filter=4", lambda: run(pct_pre_filter=4)),
        ("pct_pre_filter=101", lambda: run(pct_pre_filter=101)),
        ("pct_pre_filter=5.5", lambda: run(pct_pre_filter=5.5)),
        ("pct_pre_filter=None", lambda: run(pct_pre_filter=None)),
        ("max_std_test=0", lambda: run(max_std_test=0)),
        ("max_std_test=1.0", lambda: run(max_std_test=1.0)),
        ("max_std_test=nan", lambda: run(max_std_test=float("nan"))),
        ("max_overlap=-0.1", lambda: run(max_overlap=-0.1)),
        ("max_overlap=1.1", lambda: run(max_overlap=1.1)),
        ("max_cor=1.1", lambda: run(max_cor=1.1)),
        ("check_cat=1", lambda: run(check_cat=1)),
        ('redundancy="loose"', lambda: run(redundancy="loose")),
        ("n_batches=1", lambda: run(n_batches=1)),
        ("n_batches=5 of 4 scales", lambda: run(n_batches=5)),
        ("n_sample_batches=1", lambda: run(n_sample_batches=1)),
        ("n_sample_batches=7 of 6 sequences", lambda: run(n_sample_batches=7)),
        ("n_batches=2, n_sample_batches=2", lambda: run(n_batches=2, n_sample_batches=2)),
        ("n_jobs=0", lambda: run(n_jobs=0)),
        ("n_jobs=-2", lambda: run(n_jobs=-2)),
        ("start=1.5", lambda: run(start=1.5)),
        ("start=-5", lambda: run(start=-5)),
        ("tmd_len=0", lambda: run(tmd_len=0)),
        ("jmd_n_len=-1", lambda: run(jmd_n_len=-1)),
        ("jmd_n_len=0, jmd_c_len=0", lambda: run(jmd_n_len=0, jmd_c_len=0)),
        ("tmd_len=2 with Segment up to 3 (legacy)", lambda: run(tmd_len=2, n_filter=72, n_pre_filter=72)),
        ("tmd_len=1, flanks 0 with Segment up to 3 (legacy)",
         lambda: run(tmd_len=1, jmd_n_len=0, jmd_c_len=0, n_pre_filter=72, max_std_test=0.9)),
        ("tmd_len=1, flanks 0 with Segment up to 3 (exact)",
         lambda: run(tmd_len=1, jmd_n_len=0, jmd_c_len=0, n_pre_filter=72, max_std_test=0.9,
                     redundancy="exact")),
        ("tmd_len=5 with the default splits (Pattern does not fit, D8)",
         lambda: run_of(dict(split_kws=None), tmd_len=5)),
        ("max_std_test=1e-9 (nothing survives, D6)", lambda: run(max_std_test=1e-9)),
    ]),
    ("Table of parts", [
        ("df_parts=None", lambda: cpp(df_parts=None)),
        ("no rows", lambda: cpp(df_parts=PARTS.iloc[:0])),
        ("no columns", lambda: cpp(df_parts=PARTS[[]])),
        ("a part twice", lambda: cpp(df_parts=PARTS[["tmd", "tmd"]])),
        ("an entry twice", lambda: cpp(df_parts=PARTS.iloc[[0, 0, 1, 2, 3, 4]])),
        ("unknown part `loop`", lambda: cpp(df_parts=renamed(PARTS, tmd="loop"))),
        ("numbers in a part", lambda: cpp(df_parts=changed(PARTS, tmd=1.0))),
        ("letter X", lambda: cpp(df_parts=part_with("LIVXALIVAALIVAALIVAA"))),
        ("lower case", lambda: cpp(df_parts=part_with("livaalivaalivaalivaa"))),
        ("a gap", lambda: cpp(df_parts=part_with("LIV-ALIVAALIVAALIVAA"))),
        ("letter X, accept_gaps", lambda: cpp(df_parts=part_with("LIVXALIVAALIVAALIVAA"),
                                              accept_gaps=True)),
        ("letter X, accept_gaps, then run",
         lambda: run_of(dict(df_parts=part_with("LIVXALIVAALIVAALIVAA"), accept_gaps=True))),
        ("a part of gaps only, accept_gaps, then run",
         lambda: sorted(set(f.split("-")[0] for f in run_of(
             dict(df_parts=part_with("-" * 20), accept_gaps=True), n_pre_filter=72,
             max_std_test=0.9)["feature"]))),
        ("every part of gaps only in one row, accept_gaps, then run (D6)",
         lambda: run_of(dict(df_parts=pd.concat([PARTS.iloc[1:], pd.DataFrame(
             {p: ["-" * 20] for p in PARTS}, index=["X"])]), accept_gaps=True))),
        ("an empty part", lambda: cpp(df_parts=part_with("")).split_kws),
        ("an empty part, then run", lambda: run_of(dict(df_parts=part_with("")))),
    ]),
    ("Scales and categories", [
        ("a scale twice", lambda: cpp(df_scales=pd.concat([SCALES, SCALES.iloc[:, :1]], axis=1))),
        ("a letter twice", lambda: cpp(df_scales=pd.concat([SCALES, SCALES.iloc[:1]]))),
        ("text in a scale", lambda: cpp(df_scales=changed(SCALES, ANDN920101="a"))),
        ("NaN in a scale", lambda: cpp(df_scales=changed(SCALES, ANDN920101=[np.nan] + [0.5] * 19))),
        ("infinity in a scale", lambda: run_of(dict(
            df_scales=changed(SCALES, ANDN920101=[np.inf] + [0.5] * 19)))),
        ("no rows", lambda: cpp(df_scales=SCALES.iloc[:0])),
        ("no columns, then run", lambda: run_of(dict(df_scales=SCALES[[]]))),
        ("a scale without a category", lambda: cpp(df_scales=renamed(SCALES, ANDN920101="MINE"))),
        ("categories of scales which are not there", lambda: cpp(df_cat=CATEGORIES)),
        ("df_cat without scale_name", lambda: cpp(df_cat=CATEGORIES.drop(columns="scale_name"))),
        ("df_cat without scale_description, then run", lambda: run_of(
            dict(df_cat=CATEGORIES.drop(columns="scale_description")))),
        ("a scale id with '-' (D9), then run", lambda: run_of(dict(
            df_scales=renamed(SCALES, ANDN920101="A-B"),
            df_cat=CATEGORIES.replace("ANDN920101", "A-B")))),
        ("a scale twice in df_cat, then run", lambda: run_of(dict(
            df_cat=pd.concat([CATEGORIES, CATEGORIES.iloc[:600]])))),
        ("category missing (NaN) in df_cat, then run", lambda: run_of(dict(
            df_cat=changed(CATEGORIES, category=np.nan)), n_pre_filter=72, max_std_test=0.9)),
    ]),
    ("Split options", [
        ("a list", lambda: cpp(split_kws=[1])),
        ("empty", lambda: cpp(split_kws={})),
        ("unknown type", lambda: splits(Helix=dict(n=1))),
        ("missing argument", lambda: segment(n_split_min=1)),
        ("unknown argument", lambda: segment(n_split_min=1, n_split_max=2, n=3)),
        ("n_split_max=2.0", lambda: segment(n_split_min=1, n_split_max=2.0)),
        ("n_split_min=0", lambda: segment(n_split_min=0, n_split_max=2)),
        ("n_split_min=3 above n_split_max=2", lambda: segment(n_split_min=3, n_split_max=2)),
        ("Pattern n_min=3 above n_max=2", lambda: pattern(n_min=3, n_max=2)),
        ("Pattern n_min=0", lambda: pattern(n_min=0)),
        ("Pattern len_max=0", lambda: pattern(len_max=0)),
        ("Pattern without steps", lambda: pattern(steps=[])),
        ("Pattern steps [4, 3]", lambda: pattern(steps=[4, 3])),
        ("Pattern steps [3.0]", lambda: pattern(steps=[3.0])),
        ("Pattern steps [0, 3]", lambda: pattern(steps=[0, 3])),
        ("Pattern steps [3, 3]", lambda: pattern(steps=[3, 3])),
        ("Pattern steps [15], len_max=15", lambda: pattern(steps=[15], len_max=15)),
        ("PeriodicPattern steps [3]", lambda: periodic([3])),
        ("PeriodicPattern steps [3, 4, 5]", lambda: periodic([3, 4, 5])),
        ("PeriodicPattern steps [4, 3]", lambda: periodic([4, 3])),
        ("PeriodicPattern steps [0, 3]", lambda: periodic([0, 3])),
        ("PeriodicPattern steps [3, 3]", lambda: periodic([3, 3])),
        ("PeriodicPattern steps [3, 3], then run: rows, different ids", lambda: counts(run_of(
            dict(split_kws=dict(PeriodicPattern=dict(steps=[3, 3]))), n_filter=20,
            n_pre_filter=200, max_std_test=0.9))),
        ("Pattern which never fits, with Segment", lambda: splits(
            Segment=dict(n_split_min=1, n_split_max=2),
            Pattern=dict(steps=[3], n_min=2, n_max=4, len_max=4))),
        ("Pattern which never fits, alone, then run (D7)", lambda: run_of(dict(split_kws=dict(
            Pattern=dict(steps=[3], n_min=2, n_max=4, len_max=4))))),
    ]),
    ("Clamping to short parts", [
        ("shortest part 20", lambda: clamped(20)),
        ("shortest part 15", lambda: clamped(15)),
        ("shortest part 14", lambda: clamped(14)),
        ("shortest part 5", lambda: clamped(5)),
        ("shortest part 4", lambda: clamped(4)),
        ("shortest part 3", lambda: clamped(3)),
        ("shortest part 3, then run (D3)", lambda: run_of(dict(
            df_parts=pd.DataFrame({"tmd": [RANDOM.letters(3) for _ in range(ROWS)]}),
            split_kws=None))),
        ("shortest part 2", lambda: clamped(2)),
        ("shortest part 1", lambda: clamped(1)),
        ("shortest part 0", lambda: clamped(0)),
        ("shortest part 5, Segment from 8 to 12", lambda: clamped(
            5, Segment=dict(n_split_min=8, n_split_max=12))),
        ("shortest part 5, Pattern only", lambda: clamped(
            5, Pattern=dict(steps=[3, 4], n_min=2, n_max=4, len_max=15))),
        ("shortest part 5, PeriodicPattern only", lambda: clamped(
            5, PeriodicPattern=dict(steps=[3, 4]))),
        ("shortest part 2, PeriodicPattern only", lambda: clamped(
            2, PeriodicPattern=dict(steps=[3, 4]))),
    ]),
    ("Table of sequences", [
        ("df_seq=None", lambda: parts(None)),
        ("no column entry", lambda: parts(SEQUENCES.drop(columns="entry"))),
        ("neither sequence nor parts", lambda: parts(SEQUENCES[["entry"]])),
        ("an entry twice", lambda: parts(changed(SEQUENCES, entry="E"))),
        ("an entry twice, then CPP", lambda: cpp(df_parts=parts(changed(SEQUENCES, entry="E")))),
        ("tmd_start=33, tmd_stop=12", lambda: position(33, 12)),
        ("tmd_start=0", lambda: position(0, 12)),
        ("tmd_stop=46 of 45 residues", lambda: position(12, 46)),
        ("tmd_start=46 of 45 residues", lambda: position(46, 47)),
        ("tmd_start=12.0 (a float column)", lambda: parts(changed(SEQUENCES, tmd_start=12.0))),
        ("a sequence which is a number", lambda: parts(swapped(SEQUENCES, "sequence", 5))),
        ("an empty sequence", lambda: parts(swapped(SEQUENCES, "sequence", ""))),
        ("column `start`", lambda: parts(renamed(SEQUENCES, tmd_start="start"))),
        ("column `stop`", lambda: parts(renamed(SEQUENCES, tmd_stop="stop"))),
        ("tmd not in sequence", lambda: parts(pd.DataFrame(
            {"entry": ["A"], "sequence": ["ACDEF"], "tmd": ["WWW"]}))),
        ("an empty tmd", lambda: parts(pd.DataFrame(
            {"entry": ["A"], "sequence": ["ACDEF"], "tmd": [""]}))),
        ("an empty tmd between flanks", lambda: parts(pd.DataFrame(
            {"entry": ["A"], "jmd_n": ["ACD"], "tmd": [""], "jmd_c": ["ACD"]}))),
        ("tmd does not match tmd_start", lambda: parts(pd.DataFrame(
            {"entry": ["A"], "sequence": ["ACDEFGHIKL"], "tmd_start": [3], "tmd_stop": [5],
             "jmd_n": ["AC"], "tmd": ["CDE"], "jmd_c": ["FGH"]}))),
        ("parts do not occur in sequence", lambda: parts(pd.DataFrame(
            {"entry": ["A"], "sequence": ["ACDEFGHIKL"], "tmd_start": [3], "tmd_stop": [5],
             "jmd_n": ["WW"], "tmd": ["DEF"], "jmd_c": ["GHI"]}))),
        ("jmd_n_len=-1", lambda: parts(SEQUENCES, jmd_n_len=-1)),
        ("jmd_n_len=None", lambda: parts(SEQUENCES, jmd_n_len=None)),
        ("jmd_n_len=None, jmd_c_len=None with given parts", lambda: parts(pd.DataFrame(
            {"entry": ["A"], "jmd_n": ["ACD"], "tmd": ["LIV"], "jmd_c": ["ACD"]}),
            jmd_n_len=None, jmd_c_len=None)),
        ("list_parts=[]", lambda: parts(SEQUENCES, list_parts=[])),
        ('list_parts=["loop"]', lambda: parts(SEQUENCES, list_parts=["loop"])),
        ('list_parts=["tmd_e"], ext_len 0', lambda: list(parts(
            SEQUENCES, list_parts=["tmd_e"])["tmd_e"])[0] == SEQUENCES["sequence"][0][11:33]),
        ("ext_len=11 above the flanks", lambda: with_extension(
            11, lambda: parts(SEQUENCES, list_parts=["tmd_e"]))),
        ("remove_entries_with_gaps, nothing left", lambda: parts(
            SEQUENCES, jmd_n_len=20, remove_entries_with_gaps=True)),
        ("anchor too near the end", lambda: parts(
            SEQUENCES[["entry", "sequence"]].assign(pos=3), tmd_len=5)),
        ("anchors without tmd_len", lambda: parts(
            SEQUENCES[["entry", "sequence"]].assign(pos=20))),
        ("anchor which is text", lambda: parts(
            SEQUENCES[["entry", "sequence"]].assign(pos="b"), tmd_len=5)),
        ("no anchors at all", lambda: parts(
            SEQUENCES[["entry", "sequence"]].assign(pos=None), tmd_len=5)),
    ]),
    ("Feature ids", [
        ("two fields", lambda: matrix(["TMD-Segment(1,2)"])),
        ("four fields", lambda: matrix(["TMD-Segment(1,2)-A-B"])),
        ("no features", lambda: matrix([])),
        ("unknown part", lambda: matrix([FEATURE.replace("TMD", "LOOP")])),
        ("part which the table lacks", lambda: matrix([FEATURE.replace("TMD", "JMD_N")])),
        ("lower-case part", lambda: matrix([FEATURE.replace("TMD", "tmd")]).shape),
        ("unknown scale", lambda: matrix(["TMD-Segment(1,2)-NONE"])),
        ("Segment(3,2)", lambda: matrix([FEATURE.replace("(1,2)", "(3,2)")])),
        ("Segment(0,2) (then reads outside its array)", lambda: matrix(
            [FEATURE.replace("(1,2)", "(0,2)")]).shape),
        ("Segment(-1,2)", lambda: matrix([FEATURE.replace("(1,2)", "(-1,2)")])),
        ("Segment(1,0)", lambda: matrix([FEATURE.replace("(1,2)", "(1,0)")])),
        ("Segment(a,2)", lambda: matrix([FEATURE.replace("(1,2)", "(a,2)")])),
        ("Segment(1, 2) with a blank", lambda: matrix([FEATURE.replace("1,2", "1, 2")]).shape),
        ("Segment(1,23) of 22 residues", lambda: matrix([FEATURE.replace("(1,2)", "(1,23)")])),
        ("Pattern(N,4,1)", lambda: matrix([FEATURE.replace("Segment(1,2)", "Pattern(N,4,1)")])),
        ("Pattern(N,1,1)", lambda: matrix([FEATURE.replace("Segment(1,2)",
                                                           "Pattern(N,1,1)")]).shape),
        ("Pattern(N,0,4)", lambda: matrix([FEATURE.replace("Segment(1,2)", "Pattern(N,0,4)")])),
        ("Pattern(N)", lambda: matrix([FEATURE.replace("Segment(1,2)", "Pattern(N)")])),
        ("Pattern(X,1,4)", lambda: matrix([FEATURE.replace("Segment(1,2)", "Pattern(X,1,4)")])),
        ("Pattern(N,1,23) of 22 residues", lambda: matrix(
            [FEATURE.replace("Segment(1,2)", "Pattern(N,1,23)")])),
        ("PeriodicPattern(X,i+3/4,1)", lambda: matrix(
            [FEATURE.replace("Segment(1,2)", "PeriodicPattern(X,i+3/4,1)")])),
        ("PeriodicPattern(N,i+0/4,1)", lambda: matrix(
            [FEATURE.replace("Segment(1,2)", "PeriodicPattern(N,i+0/4,1)")])),
        ("PeriodicPattern(N,i+3/4,9)", lambda: matrix(
            [FEATURE.replace("Segment(1,2)", "PeriodicPattern(N,i+3/4,9)")]).shape),
        ("PeriodicPattern(N,i+3/4,23) of 22 residues", lambda: matrix(
            [FEATURE.replace("Segment(1,2)", "PeriodicPattern(N,i+3/4,23)")])),
        ("unknown split Helix(1,2)", lambda: matrix([FEATURE.replace("Segment", "Helix")])),
        ("a feature twice", lambda: matrix([FEATURE, FEATURE]).shape),
        ("a gap without accept_gaps", lambda: matrix(
            [FEATURE], df_parts=part_with("LIV-ALIVAALIVAALIVAA"))),
        ("a split of gaps only, accept_gaps", lambda: matrix(
            [FEATURE], df_parts=part_with("-" * 20), accept_gaps=True)),
    ]),
    ("Numeric input (run_num)", [
        ("a list", lambda: run_num([1])),
        ("a part missing", lambda: run_num(tensors(tmd=None))),
        ("a part too many", lambda: run_num(tensors(jmd_n=np.zeros((ROWS, 10, 4))))),
        ("two dimensions", lambda: run_num(tensors(tmd=np.zeros((ROWS, 22))))),
        ("5 rows of 6", lambda: run_num(tensors(rows=5))),
        ("dimensions 4 and 3", lambda: run_num(tensors(tmd=np.zeros((ROWS, 22, 3))))),
        ("dimension 0", lambda: run_num(tensors(D=0))),
        ("dimension 5 with 4 scales", lambda: run_num(tensors(D=5))),
        ("constant values", lambda: run_num(tensors()).shape),
        ("all values NaN", lambda: run_num(tensors(tmd=np.full((ROWS, 22, 4), np.nan),
                                                   jmd_n_tmd_n=np.full((ROWS, 21, 4), np.nan),
                                                   tmd_c_jmd_c=np.full((ROWS, 21, 4), np.nan)))),
    ]),
    ("Filters", [
        ("filter_correlation: max_cor=1.1", lambda: aa.NumericalFeature.filter_correlation(
            np.eye(4), max_cor=1.1)),
        ("filter_correlation: 2 rows", lambda: aa.NumericalFeature.filter_correlation(np.eye(2))),
        ("filter_correlation: 1 column", lambda: aa.NumericalFeature.filter_correlation(
            np.arange(4.0).reshape(4, 1))),
        ("filter_correlation: NaN", lambda: aa.NumericalFeature.filter_correlation(
            np.array([[1, np.nan], [2, 3], [4, 5.]]))),
        ("filter_correlation: 1 of 2 columns constant",
         lambda: aa.NumericalFeature.filter_correlation(np.array([[1, 1], [2, 1], [4, 1.]]))),
        ("prune_by_variance: threshold=-1", lambda: SF.prune_by_variance(
            df_feat=run(), df_parts=PARTS, df_scales=SCALES, threshold=-1)),
        ("prune_by_variance: threshold=1 removes everything", lambda: SF.prune_by_variance(
            df_feat=run(), df_parts=PARTS, df_scales=SCALES, threshold=1)),
        ("prune_by_correlation: max_cor=-0.1", lambda: SF.prune_by_correlation(
            df_feat=run(), df_parts=PARTS, df_scales=SCALES, max_cor=-0.1)),
        ("get_df_feat: one test sequence, no part jmd_n", lambda: SF.get_df_feat(
            features=[FEATURE], df_parts=PARTS, labels=[1, 0, 0, 0, 0, 0], df_scales=SCALES)),
        ("get_df_feat: three label values", lambda: SF.get_df_feat(
            features=[FEATURE], df_parts=PARTS, labels=[1, 1, 1, 0, 0, 2], df_scales=SCALES)),
        ("get_df_pos: col_val unknown", lambda: SF.get_df_pos(df_feat=run(), col_val="none")),
        ("get_df_pos: col_cat unknown", lambda: SF.get_df_pos(df_feat=run(), col_cat="none")),
    ]),
]


def with_extension(length, function):
    aa.options["ext_len"] = length
    try:
        return function()
    finally:
        aa.options["ext_len"] = 0


def describe(function):
    """What the package does: its error, or what it returns and warns about."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = function()
            if isinstance(result, pd.DataFrame):
                outcome = f"accepted: {len(result)} rows"
            elif isinstance(result, aa.CPP):
                outcome = "accepted"
            else:
                outcome = f"accepted: {result}"
        except Exception as error:
            outcome = f"{type(error).__name__}: {error}"
    message = [w for w in caught if issubclass(w.category, UserWarning)]
    lines = [shorten(outcome)]
    lines += [f"warning: {shorten(str(w.message))}" for w in message[:1]]
    return "; ".join(lines)


def shorten(message, limit=170):
    message = " ".join(message.strip().split("\n")[0].split()).replace("|", "\\|")
    return message if len(message) <= limit else message[:limit - 3] + "..."


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", default=os.path.join(here, "bad_input.md"))
    arguments = parser.parse_args()
    if aa.__version__ != VERSION:
        sys.exit(f"needs aaanalysis=={VERSION}, found {aa.__version__}")
    with open(arguments.output, "w", encoding="utf-8", newline="\n") as file:
        file.write("# What the reference answers to bad input\n\n"
                   f"Made by `make_bad_input.py` with AAanalysis {VERSION}. Six sequences with "
                   "22 residues in the middle, four scales,\n`Segment` 1 to 3 unless a row says "
                   "otherwise. Messages are cut to their first line. D numbers are the\nknown "
                   "defects of the reference, which our library does not copy.\n")
        for title, cases in CASES:
            file.write(f"\n## {title}\n\n| input | the reference |\n| --- | --- |\n")
            for name, function in cases:
                file.write(f"| {name} | {describe(function)} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
