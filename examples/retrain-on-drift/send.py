"""Asks the endpoint about patients, and learns later how they fared: rows of the first data, shifted if wished.

Needs nothing but Python. `--shift bmi=0.05` moves a column of every patient; `--effect 1500` says how strongly their
progression follows those shifts, so 0 means that it does not.
"""

import argparse
import csv
import json
import os
import random
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 20


def patients(count: int, seed: int, shifts: dict[str, float], effect: float):
    """Features and the true progression of `count` patients."""
    with open(os.path.join(HERE, "data", "diabetes.csv"), newline="") as file:
        known = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    chance = random.Random(seed)
    for row in chance.choices(known, k=count):
        features = {name: value + shifts.get(name, 0.0) for name, value in row.items() if name != "target"}
        yield features, row["target"] + effect * sum(shifts.values()) + chance.gauss(0, 5)


def ask(uri: str, key: str, rows: list[dict[str, float]]) -> str:
    """Sends rows to the endpoint; the id of the request."""
    columns = list(rows[0])
    body = {"input_data": {"columns": columns, "data": [[row[name] for name in columns] for row in rows]}}
    request = urllib.request.Request(
        uri, json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request) as answer:
        predictions = json.load(answer)
        assert len(predictions) == len(rows), predictions
        return answer.headers["x-ms-request-id"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri", help="scoring URI of the endpoint")
    parser.add_argument("key", help="a key of the endpoint")
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shift", action="append", default=[], metavar="COLUMN=AMOUNT")
    parser.add_argument("--effect", type=float, default=0.0)
    parser.add_argument("--labels", default="labels.csv", help="where the labels are added")
    arguments = parser.parse_args()

    shifts = {name: float(amount) for name, _, amount in (text.partition("=") for text in arguments.shift)}
    asked = list(patients(arguments.rows, arguments.seed, shifts, arguments.effect))
    is_new = not os.path.exists(arguments.labels)
    with open(arguments.labels, "a", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["_correlation_id", "target"])
        for start in range(0, len(asked), BATCH):
            batch = asked[start : start + BATCH]
            request_id = ask(arguments.uri, arguments.key, [features for features, _ in batch])
            # A row of a request is known by the id of the request and its place.
            writer.writerows([f"{request_id}_{place}", target] for place, (_, target) in enumerate(batch))
    moved = ", ".join(f"{name} by {amount:+g}" for name, amount in shifts.items()) or "nothing"
    print(f"asked about {len(asked)} patients, shifted: {moved}; their labels are in {arguments.labels}")
