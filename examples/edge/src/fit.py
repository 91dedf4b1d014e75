"""Fits how far a cheap thermometer is off, by least squares."""

import argparse
import csv
import json
import os

parser = argparse.ArgumentParser()
parser.add_argument("--readings")
parser.add_argument("--model")
arguments = parser.parse_args()

with open(arguments.readings) as file:
    rows = [(float(row["shown"]), float(row["true"])) for row in csv.DictReader(file)]
mean_x = sum(x for x, _ in rows) / len(rows)
mean_y = sum(y for _, y in rows) / len(rows)
slope = sum((x - mean_x) * (y - mean_y) for x, y in rows) / sum((x - mean_x) ** 2 for x, _ in rows)
os.makedirs(arguments.model, exist_ok=True)
with open(os.path.join(arguments.model, "correction.json"), "w") as file:
    json.dump({"slope": slope, "intercept": mean_y - slope * mean_x}, file)
print(f"true = {slope:.3f} * shown + {mean_y - slope * mean_x:.3f}, from {len(rows)} readings")
