"""Our engine beside its peers, in one process: ``python -m benchmarks`` from the root of the repository.

Every library gets the same number of threads; that is settled here, before any of them is imported.
"""

import os

THREADS = min(2, os.cpu_count() or 1)

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = str(THREADS)
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):  # XLA starts a thread for each core that it sees
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
