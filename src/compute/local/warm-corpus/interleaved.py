import os
import sys

for number in range(3000):
    print("out", number)
    print("err", number, file=sys.stderr)
    if number % 500 == 0:
        os.write(1, b"raw\n")
print(sys.stdout.line_buffering, sys.stdout.write_through, sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors)
print(type(sys.stdout.buffer).__name__, sys.stdout.isatty(), sys.stdout.name, sys.stdin.name, sys.stdout.mode)
