"""Doubles a number, adds what a file says, and tells whether the result is large."""

import json
import os
import sys
import time
import urllib.request


def log_metric(key, value):
    """What MLflow's client sends, without the client."""
    metric = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": key, "value": value, "timestamp": int(time.time() * 1000)}
    address = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric"
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(address, json.dumps(metric).encode(), headers)).close()


number, result, *more = sys.argv[1:]
value = float(number) * 2
is_large = more.pop(0) if more else None
if more:
    with open(more[0]) as file:
        value += float(file.read())
with open(result, "w") as file:
    file.write(str(value))
if is_large is not None:
    with open(is_large, "w") as file:
        file.write(str(value > 10))
log_metric("value", value)
print(os.environ.get("GREETING", "no greeting"), value)
