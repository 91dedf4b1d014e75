"""Keeps the rows of one region."""

import csv
import sys

source, region, target = sys.argv[1:]
with open(source, newline="") as sales, open(target, "w", newline="") as rows:
    reader = csv.DictReader(sales)
    writer = csv.DictWriter(rows, reader.fieldnames or [])
    writer.writeheader()
    writer.writerows(row for row in reader if row["region"] == region)
