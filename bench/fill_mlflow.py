"""Writes runs straight into the database of an MLflow server: by its API 10,000 runs take a quarter of an hour.

Usage: fill_mlflow.py DATABASE EXPERIMENT_ID RUNS -- the same runs as `fill` in tracking.mjs makes.
"""

import sqlite3
import sys
import uuid

path, experiment_id, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
start = 1_700_000_000_000
runs, metrics, latest, params, tags = [], [], [], [], []
for index in range(count):
    run_id = uuid.uuid4().hex
    name = f"run {start + index}"
    value = index * 7919 % 10_007
    runs.append((run_id, name, "UNKNOWN", "", "", "", "RUNNING", start + index, None, None, "", "active",
                 f"mlflow-artifacts:/{experiment_id}/{run_id}/artifacts", experiment_id))
    for at in range(10):
        number = value / 10_007 + at
        metrics.append((f"m{at}", number, start, run_id, 0, 0))
        latest.append((f"m{at}", number, start, 0, 0, run_id))
    params.extend((f"p{at}", str(index * (at + 3) % 97), run_id) for at in range(15))
    kind = "train" if index % 2 == 0 else "tune"
    tags.extend([("mlflow.runName", name, run_id), ("team", f"t{index % 20}", run_id), ("kind", kind, run_id)])

database = sqlite3.connect(path, timeout=60)
with database:
    database.executemany(
        "insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " end_time, deleted_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
        " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        runs,
    )
    database.executemany(
        "insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values (?,?,?,?,?,?)", metrics
    )
    database.executemany(
        "insert into latest_metrics (key, value, timestamp, step, is_nan, run_uuid) values (?,?,?,?,?,?)", latest
    )
    database.executemany("insert into params (key, value, run_uuid) values (?,?,?)", params)
    database.executemany("insert into tags (key, value, run_uuid) values (?,?,?)", tags)
