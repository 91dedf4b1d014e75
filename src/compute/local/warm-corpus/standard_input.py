import sys

print(repr(sys.stdin.read()), sys.stdin.isatty())
try:
    input()
except EOFError as error:
    print("end of file:", error)
