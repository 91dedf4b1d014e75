"""NannyML's Jensen-Shannon distance of every column of two tables."""

import sys

import nannyml
import pandas as pd

reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
columns = list(reference.columns)
calculator = nannyml.UnivariateDriftCalculator(
    column_names=columns,
    chunk_number=1,
    continuous_methods=["jensen_shannon"],
    categorical_methods=["jensen_shannon"],
)
result = calculator.fit(reference).calculate(current)
print(len(result.to_df()))
