"""Reads and writes the two columns; only the standard library, so that the example needs no packages."""

import csv


def read(path):
    with open(path, newline="") as file:
        return [(float(row["speed"]), float(row["distance"])) for row in csv.DictReader(file)]


def write(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["speed", "distance"])
        writer.writerows(rows)
