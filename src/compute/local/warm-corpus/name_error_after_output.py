import sys

print("out")
print("err", file=sys.stderr)
undefined_name  # noqa: F821
