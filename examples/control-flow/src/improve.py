"""One step of Newton's method towards a square root."""

import argparse
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--number", type=float, required=True)
parser.add_argument("--guess", type=float, required=True)
parser.add_argument("--tolerance", type=float, required=True)
parser.add_argument("--next-guess", type=pathlib.Path, required=True)
parser.add_argument("--goes-on", type=pathlib.Path, required=True)
args = parser.parse_args()

better = (args.guess + args.number / args.guess) / 2
print(f"{args.guess} -> {better}")
args.next_guess.write_text(repr(better))
args.goes_on.write_text(str(abs(better - args.guess) > args.tolerance))
