#!/usr/bin/env python3
"""Times CPP.run of the Python package AAanalysis on one data set; prints one JSON line.

    pip install aaanalysis==1.1.0
    python profiling_reference.py dom_gsec --data-dir ../examples/data

One measurement per process: memory is a peak over the life of the process and a second
run would find warm caches. The parts are cut before the clock starts.
"""
import argparse
import json
import os
import resource
import sys
import time
import warnings

PACKAGES = ("aaanalysis", "numpy", "pandas", "scipy", "scikit-learn", "joblib")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", choices=["dom_gsec", "syn1000", "syn10000"])
    parser.add_argument("--data-dir", required=True, help="folder with proteins/DOM_GSEC.tsv")
    parser.add_argument("--jobs", type=int, default=1, help="n_jobs of CPP.run (default: 1)")
    parser.add_argument("--out", metavar="FILE", help="write the selected features as a table")
    arguments = parser.parse_args()
    # Before NumPy is loaded: its BLAS must not use more cores than CPP.run does.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(arguments.jobs)

    import importlib.metadata
    import pandas as pd
    import aaanalysis as aa
    here = os.path.dirname(os.path.abspath(__file__))
    sys.dont_write_bytecode = True  # no __pycache__ among the golden files
    sys.path.insert(0, os.path.join(here, "..", "tests", "reference", "profiling"))
    from make_golden import frame_of, synthetic, write_frame

    aa.options["verbose"] = False
    warnings.simplefilter("ignore")
    if arguments.data == "dom_gsec":
        path = os.path.join(arguments.data_dir, "proteins", "DOM_GSEC.tsv")
        sequences = pd.read_csv(path, sep="\t")
    else:
        sequences = frame_of(synthetic(int(arguments.data[len("syn"):])))
    parts = aa.SequenceFeature(verbose=False).get_df_parts(df_seq=sequences)
    labels = sequences["label"].to_list()

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    table = aa.CPP(df_parts=parts, verbose=False).run(labels=labels, n_jobs=arguments.jobs)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    if arguments.out:
        write_frame(*os.path.split(os.path.abspath(arguments.out)), table)
    print(json.dumps({
        "library": "aaanalysis", "data": arguments.data, "rows": len(parts),
        "threads": arguments.jobs, "seconds": wall, "cpu_seconds": cpu,
        "peak_rss_bytes": peak * 1024, "rss_before_bytes": before * 1024,
        "selected": len(table), "python": sys.version.split()[0],
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
