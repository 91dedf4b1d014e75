"""Corrects what a thermometer shows: {"shown": [20.0, 21.5]} is answered with {"true": [...]}."""

import glob
import json
import os


def init():
    global correction
    # The model's files lie below this folder, here and behind an endpoint.
    [path] = glob.glob(os.path.join(os.environ["AZUREML_MODEL_DIR"], "**", "correction.json"), recursive=True)
    with open(path) as file:
        correction = json.load(file)


def run(raw_data):
    shown = json.loads(raw_data)["shown"]
    return {"true": [round(correction["slope"] * value + correction["intercept"], 3) for value in shown]}
