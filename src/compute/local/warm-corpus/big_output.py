import sys

for number in range(60_000):
    print(number, "x" * 40)
sys.stderr.write("y" * 2_000_000 + "\n")
sys.stdout.buffer.write(bytes(range(256)) * 1000)
