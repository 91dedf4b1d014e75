"""Logs the metric `step` twenty times; after the eleventh it waits until told that the server is gone."""

import os
import sys
import time

import mlflow

progress, go = sys.argv[1:]


def say(words: str) -> None:
    with open(progress, "a") as file:
        print(words, file=file)


say("started")
with mlflow.start_run():
    for step in range(20):
        if step == 11:
            while not os.path.exists(go):
                time.sleep(0.02)
        say(f"logging {step}")
        mlflow.log_metric("step", step, step=step)
        say(f"logged {step}")
