import csv
import sys

import table

source, target = sys.argv[1:]
kept = []
dropped = 0
with open(source, newline="") as file:
    for row in csv.DictReader(file):
        try:
            kept.append((float(row["speed"]), float(row["distance"])))
        except ValueError:
            dropped += 1
table.write(target, kept)
print(f"kept {len(kept)} rows, dropped {dropped}")
