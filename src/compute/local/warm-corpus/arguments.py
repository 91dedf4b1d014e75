import sys

for argument in sys.argv:
    print(ascii(argument))
print(sys.orig_argv)
