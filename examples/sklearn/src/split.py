"""Splits a CSV file into rows to train on and rows to test with."""

import argparse

import pandas
from sklearn.model_selection import train_test_split

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--leave-out", required=True)
    parser.add_argument("--test-size", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    arguments = parser.parse_args()

    rows = pandas.read_csv(arguments.data)
    left_out = [name.strip() for name in arguments.leave_out.split(",") if name.strip()]
    missing = [name for name in [arguments.target, *left_out] if name not in rows.columns]
    if missing:
        raise SystemExit(f"no column {', '.join(missing)}; there is: {', '.join(rows.columns)}")
    labelled = rows.drop(columns=left_out).dropna(subset=[arguments.target])
    train, test = train_test_split(
        labelled, test_size=arguments.test_size, random_state=arguments.seed, stratify=labelled[arguments.target]
    )
    train.to_csv(arguments.train, index=False)
    test.to_csv(arguments.test, index=False)
    print(f"{len(train)} rows to train on, {len(test)} to test with, {len(rows) - len(labelled)} without a label")
