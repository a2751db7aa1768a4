#!/usr/bin/env python3
"""Compares isonomy-profile with the Python package AAanalysis on random data and options.

    pip install aaanalysis==1.1.0
    python random_options.py PROGRAM                    # 300 sets, a few minutes
    python random_options.py PROGRAM --sets 1000 --first 5000
    python random_options.py PROGRAM --sets 1 --first 17 --keep DIR   # one set, its files kept

PROGRAM is the path of isonomy-profile. Set number k depends on k alone. Every set draws a layout (positions, parts, a
TMD, anchors, whole sequences, labelled residues in odd and even windows), sequences, scales (bundled, decimals, classes
of letters, full mantissas), and most options of the program; --arithmetic is aaanalysis_1_1. Features must be the same
in the same order, with the same positions, categories and five statistics; p-values may differ by 1e-10 of themselves.
What the package refuses the program must refuse. Differences are printed with the command; the last line counts, and
the exit code is 1 if there was a difference.
"""
import argparse
import collections
import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

try:
    import numpy as np
    import pandas as pd
    import aaanalysis as aa
except ImportError as error:
    sys.exit(f"random_options.py: {error}; it needs the package: pip install aaanalysis==1.1.0")

VERSION = "1.1.0"
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
PARTS = ["tmd", "tmd_n", "tmd_c", "jmd_n", "jmd_c", "tmd_jmd", "jmd_n_tmd_n", "tmd_c_jmd_c"]
EXTENDED = ["ext_n", "ext_c", "tmd_e", "ext_n_tmd_n", "tmd_c_ext_c"]
STATISTICS = ["abs_auc", "abs_mean_dif", "mean_dif", "std_test", "std_ref"]
LAYOUTS = ["positions", "parts", "positions and parts", "sequence and tmd", "sequence", "anchors", "residues",
           "bonds"]
NO_ROOM = "expected room for every pattern"  # refused before work starts, where the package may come through by chance


class Case:
    """What one set is: the table, the arguments of the program and those of the package."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.number = number
        self.arguments = ["--arithmetic", "aaanalysis_1_1", "--quiet"]
        self.run, self.parts = {}, {}
        self.accept_gaps = False
        self.ext_len = 0
        self.split_kws = None
        self.scales = self.categories = None
        self.rows, self.expected_rows = [], None
        self.draw_frame()
        self.draw_sequences()
        self.draw_splits()
        self.draw_scales()
        self.draw_selection()

    def chance(self, share):
        return self.random.random() < share

    def between(self, low, high):
        return self.random.randint(low, high)

    def text(self, length, test):
        letters = AMINO_ACIDS + ("LLLVVIIAAFF" if test else "SSTTNNGGDDEKK")
        return "".join(self.random.choice(letters) for _ in range(length))

    # --- lengths, parts, labels

    def draw_frame(self):
        self.jmd_n_len, self.jmd_c_len = (self.between(0, 14), self.between(0, 14)) if self.chance(0.4) else (10, 10)
        if self.chance(0.3):
            self.ext_len = self.between(0, min(self.jmd_n_len, self.jmd_c_len))
        self.arguments += ["--jmd-n-len", self.jmd_n_len, "--jmd-c-len", self.jmd_c_len, "--ext-len", self.ext_len]
        self.run.update(jmd_n_len=self.jmd_n_len, jmd_c_len=self.jmd_c_len)
        if self.chance(0.15):
            self.parts["all_parts"] = True
            self.arguments.append("--all-parts")
        elif self.chance(0.5):
            known = PARTS + (EXTENDED if self.ext_len > 0 else [])
            known = [p for p in known if not (p == "jmd_n" and self.jmd_n_len == 0)
                     and not (p == "jmd_c" and self.jmd_c_len == 0)]
            chosen = self.random.sample(known, self.between(1, min(4, len(known))))
            self.parts["list_parts"] = chosen
            self.arguments += ["--list-parts", ",".join(chosen)]
        self.labels = self.random.choice([(1, 0)] * 4 + [(0, 1), (1, -1), (2, 1), (7, 3)])
        self.arguments += ["--label-test", self.labels[0], "--label-ref", self.labels[1]]
        self.run.update(label_test=self.labels[0], label_ref=self.labels[1])

    # --- tables

    def draw_sequences(self):
        self.layout = LAYOUTS[self.number % len(LAYOUTS)]
        self.residues = self.layout in ("residues", "bonds")
        self.foreign = self.chance(0.25)
        if self.foreign and self.chance(0.7):
            self.accept_gaps = True
            self.arguments.append("--accept-gaps")
        n = self.between(2, 4) if self.residues else self.between(2, 40)
        self.tmd_len = self.between(1, 12) * 2 + (1 if self.layout == "residues" else 0)
        if self.layout == "anchors":
            self.tmd_len = self.between(1, 30)
            self.arguments += ["--tmd-len-seq", self.tmd_len]
            self.parts["tmd_len"] = self.tmd_len
        if self.residues:
            self.arguments += ["--window", self.tmd_len]
        self.columns = None
        for i in range(n):
            group = 1 if i == 0 else 0 if i == 1 else self.between(0, 1)
            self.add_row(f"P{i}", group)
        if self.chance(0.15):
            self.parts["remove_entries_with_gaps"] = True
            self.arguments.append("--remove-entries-with-gaps")
        if self.foreign and self.chance(0.4):
            self.parts["replace_non_canonical_aa"] = True
            self.arguments.append("--replace-non-canonical-aa")

    def add_row(self, entry, group):
        label = self.labels[0] if group else self.labels[1]
        a, b, short = self.jmd_n_len, self.jmd_c_len, self.chance(0.05)
        length = self.between(1, 14) if short else self.between(15, 30)
        before = self.between(0, a) if self.foreign and self.chance(0.3) else self.between(a, a + 20)
        behind = self.between(0, b) if self.foreign and self.chance(0.3) else self.between(b, b + 20)
        if self.layout in ("anchors", "residues", "bonds"):
            before, length, behind = a + 15, self.between(25, 60), b + 15
        n_side, tmd, c_side = self.text(before, group), self.text(length, group), self.text(behind, group)
        if self.foreign and self.chance(0.2):
            place = self.between(0, length - 1)
            tmd = tmd[:place] + self.random.choice("XBZU") + tmd[place + 1:]
        # The package looks for the first place at which a TMD given as a part could stand, not for where it does.
        while self.layout == "parts" and a and (n_side[-a:] + tmd).find(tmd) < len(n_side[-a:]):
            n_side = self.text(before, group).replace(tmd[0], "A" if tmd[0] != "A" else "G")
        sequence = n_side + tmd + c_side
        row = {"entry": entry}
        if self.layout != "parts":
            row["sequence"] = sequence
        if self.layout.startswith("positions"):
            row.update(tmd_start=before + 1, tmd_stop=before + length)
        if self.layout.endswith("parts"):
            row.update(jmd_n=n_side[-a:] if a else "", tmd=tmd, jmd_c=c_side[:b])
        if self.layout == "sequence and tmd":
            row["tmd"] = tmd
        if self.layout == "anchors":
            anchors = self.random.sample(range(a + 16, a + 16 + length), self.between(1, 3))
            row["pos"] = ",".join(map(str, sorted(anchors)))
        if self.residues:
            # Stretches of one label, so that bonds within both groups exist.
            each = []
            while len(each) < len(sequence):
                each += [self.random.choice(self.labels)] * self.between(1, 6)
            each = each[:len(sequence)]
            row["label"] = ",".join(map(str, each))
        else:
            row["label"] = label
        self.rows.append(row)

    def table(self):
        """What the program reads."""
        return pd.DataFrame(self.rows)

    def frame(self):
        """What the package reads, and its labels."""
        frame = pd.DataFrame(self.rows)
        if self.layout == "anchors":
            frame["pos"] = [[int(p) for p in pos.split(",")] for pos in frame["pos"]]
        if self.residues:
            frame = pd.DataFrame(self.windows())
        return frame

    def windows(self):
        """A row for every labelled residue, or bond, whose window lies inside its sequence."""
        half, bond, out = self.tmd_len // 2, self.tmd_len % 2 == 0, []
        for row in self.rows:
            sequence, each = row["sequence"], [int(x) for x in row["label"].split(",")]
            for i in range(len(sequence) + 1):  # the residue, or the one behind the bond, counts from 0
                start, stop = i - half, i - half + self.tmd_len
                if start < self.jmd_n_len or stop + self.jmd_c_len > len(sequence):
                    continue
                label = each[i]
                if bond:
                    both = each[i - 1] == self.labels[0] and each[i] == self.labels[0]
                    label = self.labels[0] if both else self.labels[1]
                out.append({"entry": f"{row['entry']}_{i}", "sequence": sequence, "tmd_start": start + 1,
                            "tmd_stop": stop, "label": label})
        return out

    # --- splits, scales, selection

    def draw_splits(self):
        if self.chance(0.5):
            return
        kws, said = {}, []
        families = self.random.sample(["Segment", "Pattern", "PeriodicPattern"], self.between(1, 3))
        if "Segment" in families:
            low = self.between(1, 4)
            kws["Segment"] = dict(n_split_min=low, n_split_max=low + self.between(0, 8))
            said.append("Segment:" + ",".join(f"{k}={v}" for k, v in kws["Segment"].items()))
        if "Pattern" in families:
            steps = sorted(self.random.sample([1, 2, 3, 4, 5], self.between(1, 3)))
            low = self.between(1, 3)
            kws["Pattern"] = dict(steps=steps, n_min=low, n_max=low + self.between(0, 2), len_max=self.between(6, 15))
            if families == ["Pattern"]:  # alone it must be possible; the package may put segments in its place
                kws["Pattern"]["len_max"] = max(kws["Pattern"]["len_max"], low * steps[0])
            said.append("Pattern:steps=" + "/".join(map(str, steps)) +
                        "".join(f",{k}={v}" for k, v in kws["Pattern"].items() if k != "steps"))
        if "PeriodicPattern" in families:
            steps = sorted(self.random.sample([1, 2, 3, 4, 5], 2))
            kws["PeriodicPattern"] = dict(steps=steps)
            said.append("PeriodicPattern:steps=" + "/".join(map(str, steps)))
        self.split_kws = kws
        self.arguments += ["--split-kws", ";".join(said)]

    def draw_scales(self):
        kind = self.random.choice(["all"] + ["bundled"] * 3 + ["decimals", "classes", "mantissas"])
        if kind == "all":
            return
        categories = aa.load_scales(name="scales_cat")
        if kind == "bundled":
            table = aa.load_scales()
            chosen = self.random.sample(list(table.columns), self.between(2, 40))
            self.scales, self.categories = table[chosen], categories
            if self.chance(0.5):
                letters = list(self.scales.index)
                self.random.shuffle(letters)
                self.scales = self.scales.loc[letters]
            return
        count, columns = self.between(2, 12), {}
        for d in range(count):
            if kind == "classes":
                members = self.random.sample(AMINO_ACIDS, self.between(1, 12))
                columns[f"SCALE{d}"] = [1.0 if c in members else 0.0 for c in AMINO_ACIDS]
            elif kind == "decimals":
                places = self.between(1, 4)
                columns[f"SCALE{d}"] = [round(self.random.random(), places) for _ in AMINO_ACIDS]
            else:
                columns[f"SCALE{d}"] = [self.random.random() for _ in AMINO_ACIDS]
        self.scales = pd.DataFrame(columns, index=list(AMINO_ACIDS))
        names = [f"SCALE{d}" for d in range(count)]
        groups = [self.random.choice("XYZ") for _ in names]
        self.categories = pd.DataFrame(dict(scale_id=names, category=groups, subcategory=groups, scale_name=names,
                                            scale_description=["none"] * count))

    def option(self, share, name, value):
        if not self.chance(share):
            return
        self.run[name] = value
        self.arguments += ["--" + name.replace("_", "-"), value]

    def draw_selection(self):
        self.option(0.5, "n_filter", self.between(1, 150))
        self.option(0.2, "n_pre_filter", self.between(1, 2000))
        self.option(0 if "n_pre_filter" in self.run else 0.3, "pct_pre_filter", self.between(5, 100))
        self.option(0.4, "max_std_test", self.random.choice([0.05, 0.1, 0.15, 0.25, 0.3, 0.5, 0.9]))
        self.option(0.4, "max_overlap", self.random.choice([0.0, 0.1, 0.25, 0.3, 0.5, 0.75, 1.0]))
        self.option(0.4, "max_cor", self.random.choice([0.0, 0.1, 0.25, 0.3, 0.5, 0.6, 0.7, 0.9, 1.0]))
        self.option(0.3, "redundancy", "exact")
        self.option(0.3, "start", self.between(-50, 300))
        self.option(0.4, "tmd_len", self.between(15, 40))
        if self.chance(0.3):
            self.run["check_cat"] = False
            self.arguments.append("--no-check-cat")
        if self.chance(0.2):
            self.run["parametric"] = True
            self.arguments.append("--parametric")
        elif self.chance(0.2):
            self.run["vectorized"] = False
            self.arguments.append("--no-vectorized")

    # --- the two answers

    def package(self):
        """The table of AAanalysis, or the text of its refusal."""
        before = aa.options["ext_len"]
        aa.options["ext_len"] = self.ext_len
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                frame = self.frame()
                parts = aa.SequenceFeature(verbose=False).get_df_parts(
                    df_seq=frame, jmd_n_len=self.jmd_n_len, jmd_c_len=self.jmd_c_len, **self.parts)
                # Where a part of some row is empty, its features have no mean. The package leaves them out of the
                # table with gaps accepted, and without puts NaN there.
                accept_gaps = self.accept_gaps or bool((parts == "").any(axis=None))
                cpp = aa.CPP(df_parts=parts, split_kws=self.split_kws, df_scales=self.scales,
                             df_cat=self.categories, accept_gaps=accept_gaps, verbose=False)
                return cpp.run(labels=self.labels_of(frame, parts), n_jobs=1, **self.run), ""
        except Exception as error:  # whatever it refuses, and its defects
            return None, f"{type(error).__name__}: {error}".split("\n")[0]
        finally:
            aa.options["ext_len"] = before

    def labels_of(self, frame, parts):
        of_entry = dict(zip(frame["entry"], frame["label"]))
        if self.layout == "anchors":  # its rows are called entry_<first>-<last residue>
            return [int(of_entry[name.rsplit("_", 1)[0]]) for name in parts.index]
        return [int(of_entry[name]) for name in parts.index]

    def program(self, path, folder):
        """The table of isonomy-profile, its refusal, and the command."""
        table = os.path.join(folder, "sequences.tsv")
        self.table().to_csv(table, sep="\t", index=False)
        arguments = list(self.arguments)
        if self.scales is not None:
            for option, frame, index in (("--df-scales", self.scales, True), ("--df-cat", self.categories, False)):
                name = os.path.join(folder, option.strip("-") + ".tsv")
                frame.to_csv(name, sep="\t", index=index, index_label="letter" if index else None)
                arguments += [option, name]
        command = [path, table] + [str(a) for a in arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, done.stderr.strip().split("\n")[-1], command
        return pd.read_csv(io.StringIO(done.stdout), sep="\t", keep_default_na=False, dtype=str), "", command


def differences(theirs, ours):
    """What differs between the two tables, as lines."""
    if list(theirs["feature"]) != list(ours["feature"]):
        first = next((k for k, (x, y) in enumerate(zip(theirs["feature"], ours["feature"])) if x != y),
                     min(len(theirs), len(ours)))
        shown = [list(t["feature"])[first:first + 1] for t in (theirs, ours)]
        return [f"features {len(theirs)} and {len(ours)}, from number {first}: {shown[0]} and {shown[1]}"]
    out = []
    p_values = [c for c in theirs.columns if c.startswith("p_val")]
    if [c for c in ours.columns if c.startswith("p_val")] != p_values:
        return [f"columns {list(theirs.columns)} and {list(ours.columns)}"]
    for column in ["positions", "category", "subcategory", "scale_name"] + STATISTICS + p_values:
        for feature, x, y in zip(theirs["feature"], theirs[column], ours[column]):
            if column in STATISTICS:
                same = float(x) == float(y)
            elif column in p_values:
                x, y = float(x), float(y)
                same = x == y or (np.isnan(x) and np.isnan(y)) or abs(x - y) <= 1e-10 * abs(x)
            else:
                same = str(x) == y
            if not same:
                out.append(f"{column} of {feature}: {x!r} and {y!r}")
    return out[:5]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", help="path of isonomy-profile")
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="number of the first set")
    parser.add_argument("--keep", help="folder for the files of the last set")
    options = parser.parse_args()
    if aa.__version__ != VERSION:
        sys.exit(f"random_options.py: AAanalysis {aa.__version__}; it compares with {VERSION}: pip install "
                 f"aaanalysis=={VERSION}")
    counts, features = collections.Counter(), 0
    layouts = collections.Counter()
    for number in range(options.first, options.first + options.sets):
        case = Case(number)
        with tempfile.TemporaryDirectory() as temporary:
            folder = options.keep or temporary
            os.makedirs(folder, exist_ok=True)
            ours, refusal, command = case.program(options.program, folder)
        theirs, error = case.package()
        if theirs is None and ours is None:
            verdict = "refused by both"
        elif theirs is None:
            verdict = "refused by AAanalysis alone"
        elif ours is None and NO_ROOM in refusal:
            verdict = "refused for a pattern without room"
        elif ours is None:
            verdict = "refused by isonomy-profile alone"
        else:
            found = differences(theirs, ours)
            verdict = "different" if found else "equal"
            features += len(theirs)
            layouts[case.layout] += 1
        counts[verdict] += 1
        if verdict not in ("equal", "refused by both", "refused for a pattern without room"):
            print(f"set {number} ({case.layout}): {verdict}\n  {' '.join(command)}")
            for line in (found if verdict == "different" else [error or refusal]):
                print("  " + line)
            sys.stdout.flush()
    print(f"{options.sets} sets from {options.first}: " + ", ".join(f"{n} {name}" for name, n in counts.most_common()) +
          f"; {features} features compared in " + ", ".join(f"{n} {name}" for name, n in sorted(layouts.items())))
    sys.exit(1 if counts["different"] + counts["refused by isonomy-profile alone"] > 0 else 0)


if __name__ == "__main__":
    main()
