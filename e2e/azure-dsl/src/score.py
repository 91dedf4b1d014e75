"""Squares the number in each file of a mini-batch."""


def init():
    print("ready")


def run(mini_batch):
    rows = []
    for path in mini_batch:
        with open(path) as file:
            rows.append(f"{float(file.read()) ** 2}")
    return rows
