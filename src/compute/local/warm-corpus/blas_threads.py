import os

import numpy as np
from scipy import linalg
from threadpoolctl import threadpool_info

for pool in sorted(threadpool_info(), key=str):
    print({key: value for key, value in pool.items() if key != "filepath"})
print(np.ones(2), linalg.norm([3, 4]), sorted(name for name in os.environ if "THREADS" in name))
