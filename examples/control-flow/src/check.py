"""Whether the squares of the roots are 2, 10 and 100 again."""

import argparse
import json
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--roots", type=json.loads, required=True)
parser.add_argument("--is-exact", type=pathlib.Path, required=True)
args = parser.parse_args()

worst = max(abs(root * root - number) for root, number in zip(args.roots, [2, 10, 100], strict=True))
print(f"the worst square is off by {worst}")
args.is_exact.write_text(str(worst < 1e-6))
