"""ydata-profiling's report, written as JSON: `minimal`, or with everything it does by default."""
import sys

import pandas as pd
from ydata_profiling import ProfileReport

report = ProfileReport(pd.read_parquet(sys.argv[1]), minimal=sys.argv[2] == "minimal", progress_bar=False)
print(len(report.to_json()))
