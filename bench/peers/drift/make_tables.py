"""Writes a reference and a current table of 20 columns: python make_tables.py ROWS REFERENCE CURRENT."""

import sys

import numpy as np
import pandas as pd

rows, reference, current = int(sys.argv[1]), sys.argv[2], sys.argv[3]

for path, seed in ((reference, 1), (current, 2)):
    rng = np.random.default_rng(seed)
    columns = {}
    for i in range(14):
        values = rng.normal(i, 1 + i / 5, rows) if i % 3 else rng.gamma(2, 2, rows)
        if path == current and i in (2, 5, 9):
            values = values + 0.5
        if i in (3, 7):
            values[rng.random(rows) < 0.05] = np.nan
        columns[f"n{i}"] = values
    for i, kinds in enumerate((2, 3, 5, 8, 12, 20)):
        weights = np.ones(kinds)
        if path == current and i == 4:
            weights[0] = 4
        columns[f"k{i}"] = rng.choice([f"c{j}" for j in range(kinds)], rows, p=weights / weights.sum())
    pd.DataFrame(columns).to_parquet(path)
