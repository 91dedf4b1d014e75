"""Evidently's default drift of two tables; the last line names what drifted."""

import sys

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
result = Report([DataDriftPreset()]).run(current_data=current, reference_data=reference).dict()
names = []
for metric in result["metrics"]:
    config = metric.get("config", {})
    if "column" in config and float(metric["value"]) >= config.get("threshold", 0.1):
        names.append(config["column"])
print(", ".join(names))
