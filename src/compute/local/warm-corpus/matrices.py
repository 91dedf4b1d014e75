import numpy as np
from scipy import linalg

rows = np.random.default_rng(0).normal(size=(700, 700))
print(repr((rows @ rows).sum()), repr(np.linalg.svd(rows, compute_uv=False)[:3]))
print(repr(linalg.lstsq(rows, rows[:, 0])[0].sum()), repr(np.linalg.det(rows[:50, :50])))
