import sys

print("before", flush=True)
sys.exit(7)
