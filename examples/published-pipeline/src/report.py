"""Says how much was sold, and whether that is enough."""

import csv
import json
import sys

rows, target, report = sys.argv[1:]
with open(rows, newline="") as file:
    total = sum(float(row["amount"]) for row in csv.DictReader(file))
with open(report, "w") as file:
    json.dump({"total": total, "target": float(target), "is_reached": total >= float(target)}, file)
print(f"{total} of {target}")
