#!/usr/bin/env python3
"""Times perform_gsn of cvnlab/GSN: one JSON line for every line of standard input.

    python gsn_reference.py CHECKOUT numpy|torch FILE_OF_DOUBLES UNITSxCONDITIONSxTRIALS fast|missing THREADS
"""
import contextlib
import io
import json
import os
import resource
import sys
import time
import warnings

sys.dont_write_bytecode = True


def main():
    checkout, backend, path, size, uneven, threads = sys.argv[1:]
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = threads
    import numpy as np
    library = {"numpy": np.__version__}
    if backend == "torch":
        import torch
        torch.set_num_threads(int(threads))
        library["torch"] = torch.__version__
    sys.path.insert(0, checkout)
    from gsn.perform_gsn import perform_gsn
    x = np.fromfile(path, "<f8").reshape([int(k) for k in size.split("x")])
    options = {"wantverbose": 0, "backend": backend, "uneven": uneven}
    for _ in sys.stdin:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            processor, start = time.process_time(), time.perf_counter()
            result = perform_gsn(x, dict(options))
            seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - processor
        print(json.dumps({
            "library": backend, "version": library[backend], "seconds": seconds, "cpu_seconds": cpu_seconds,
            "peak_rss_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "shrinklevelN": float(np.ravel(result["shrinklevelN"])[0]),
            "shrinklevelD": float(np.ravel(result["shrinklevelD"])[0]), "numiters": int(result["numiters"]),
            "ncsnr_sum": float(np.sum(result["ncsnr"])), "cNb_norm": float(np.linalg.norm(result["cNb"])),
            "cSb_norm": float(np.linalg.norm(result["cSb"]))}), flush=True)


if __name__ == "__main__":
    main()
