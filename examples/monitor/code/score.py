import json


def init():
    pass


def run(raw_data):
    table = json.loads(raw_data)["input_data"]
    rows = [dict(zip(table["columns"], row)) for row in table["data"]]
    return {"prediction": [row["bmi"] * 2 + row["age"] / 10 for row in rows]}
