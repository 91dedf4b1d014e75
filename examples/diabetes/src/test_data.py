"""Data tests: the expected columns and types, no missing values, and columns that look like those we know."""

import argparse
import json
import sys

import pandas as pd
from diabetes import FEATURES, TARGET

# Mean and standard deviation of each column in the data the first model was made from.
KNOWN = {feature: (0.0, 0.047619) for feature in FEATURES} | {TARGET: (152.13, 77.09)}
# How far a mean may move (in known standard deviations), and a standard deviation (as a factor).
MAX_SHIFT = 3.0
MAX_SPREAD = 3.0


def problems(data: pd.DataFrame) -> list[str]:
    """Everything that is wrong with the data, in words."""
    expected = [*FEATURES, TARGET]
    missing = [column for column in expected if column not in data.columns]
    unknown = [column for column in data.columns if column not in expected]
    found = [f"column {column} is missing" for column in missing] + [f"column {column} is not known" for column in unknown]
    for column in (column for column in expected if column in data.columns):
        values = data[column]
        if not pd.api.types.is_numeric_dtype(values):
            found.append(f"column {column} should hold numbers, but holds {values.dtype}")
            continue
        if nulls := int(values.isna().sum()):
            found.append(f"column {column} has {nulls} missing values")
        mean, spread = KNOWN[column]
        if abs(values.mean() - mean) > MAX_SHIFT * spread:
            found.append(f"the mean of {column} is {values.mean():.3g}, far from {mean:.3g}")
        if not spread / MAX_SPREAD <= values.std() <= spread * MAX_SPREAD:
            found.append(f"the standard deviation of {column} is {values.std():.3g}, far from {spread:.3g}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--report", required=True)
    arguments = parser.parse_args()
    data = pd.read_csv(arguments.data)
    found = problems(data)
    with open(arguments.report, "w") as report:
        json.dump({"rows": len(data), "problems": found}, report)
    for problem in found:
        print(f"problem: {problem}")
    print(f"{len(data)} rows, {len(found)} problems")
    sys.exit(1 if found else 0)
