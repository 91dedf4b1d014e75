import atexit
import sys

atexit.register(print, "first registered, last called")
atexit.register(lambda: sys.stdout.write("second\n"))


class Last:
    def __del__(self):
        print("deleted at the end", sys.is_finalizing())


kept = Last()
print("end of script")
