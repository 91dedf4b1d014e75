"""Logs one metric over MLflow's REST interface, as its client does; waits while the server is away."""

import json
import os
import sys
import time
import urllib.request

key, value = sys.argv[1], float(sys.argv[2])
body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": key, "value": value, "timestamp": int(time.time() * 1000)}
request = urllib.request.Request(
    os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
    data=json.dumps(body).encode(),
    headers={
        "Content-Type": "application/json",
        "Authorization": "Bearer " + os.environ.get("MLFLOW_TRACKING_TOKEN", ""),
    },
)
while True:
    try:
        urllib.request.urlopen(request).read()
        break
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.code}: {error.read().decode()}")
    except OSError:
        time.sleep(0.05)
