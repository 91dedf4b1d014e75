import sys

sys.exit("a reason on stderr")
