"""Prices of houses: two rules, told apart by an environment variable as two versions of a model would be."""

import json
import os


def init():
    global price_of_area
    price_of_area = float(os.environ["PRICE_OF_AREA"])


def run(raw):
    areas = json.loads(raw)["areas"]
    return [price_of_area * area for area in areas]
