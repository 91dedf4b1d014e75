"""What pandas says of a table: describe() of all columns, missing values, correlations."""
import sys

import pandas as pd

frame = pd.read_parquet(sys.argv[1])
print(frame.describe(include="all").shape, int(frame.isna().sum().sum()), frame.corr(numeric_only=True).shape)
