"""Sends 300 rows to an endpoint; --bmi moves one column."""

import argparse
import json
import random
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("url")
parser.add_argument("--bmi", type=float, default=0, help="added to every bmi")
arguments = parser.parse_args()

random.seed(7)
for _ in range(30):
    data = [
        [random.gauss(50, 12), random.gauss(26, 4) + arguments.bmi, random.gauss(95, 13), random.choice("fm")]
        for _ in range(10)
    ]
    body = {"input_data": {"columns": ["age", "bmi", "bp", "sex"], "index": list(range(10)), "data": data}}
    request = urllib.request.Request(
        arguments.url, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    urllib.request.urlopen(request).read()
