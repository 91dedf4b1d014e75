import argparse
import random

import table

parser = argparse.ArgumentParser()
parser.add_argument("rows")
parser.add_argument("train")
parser.add_argument("test")
parser.add_argument("--share", type=float, required=True)
arguments = parser.parse_args()
rows = table.read(arguments.rows)
# The same rows are always split in the same way.
random.Random(7).shuffle(rows)
count = round(len(rows) * arguments.share)
table.write(arguments.test, rows[:count])
table.write(arguments.train, rows[count:])
print(f"{len(rows) - count} rows to fit, {count} to test")
