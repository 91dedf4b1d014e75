import shutil
import sys

one, error_of_one, other, error_of_other, best = sys.argv[1:]
is_one = float(error_of_one) <= float(error_of_other)
shutil.copyfile(one if is_one else other, best)
print(f"errors {error_of_one} and {error_of_other}: the {'first' if is_one else 'second'} is kept")
