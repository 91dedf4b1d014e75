import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402
from threadpoolctl import threadpool_info  # noqa: E402

print(np.ones(2), sorted(pool["num_threads"] for pool in threadpool_info()))
