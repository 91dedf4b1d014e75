"""Entry script of a parallel step: a mini-batch is a list of files, each with weeks of a store to forecast."""

import argparse
import csv
import json
import os


def init():
    global models
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", required=True)
    folder = parser.parse_known_args()[0].models
    models = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name)) as file:
            models[os.path.splitext(name)[0]] = json.load(file)


def run(mini_batch):
    return [forecast(path) for path in mini_batch]


def forecast(path):
    with open(path) as file:
        asked = list(csv.DictReader(file))
    sold = sum(models[row["store"]]["level"] + models[row["store"]]["slope"] * int(row["week"]) for row in asked)
    return [os.path.basename(path), len(asked), round(sold)]
