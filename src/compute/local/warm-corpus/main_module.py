"""The docstring of the script."""

import pickle
import sys

print(list(globals()))
print(__name__, __doc__, __package__, __spec__, __cached__ if "__cached__" in globals() else None)
print(__file__, type(__loader__).__name__, __loader__.name, __loader__.path)
print(sys.modules["__main__"].__dict__ is globals(), sys.argv, sys.path[0], sys.orig_argv)


class Pickled:
    pass


print(Pickled.__module__, pickle.dumps(Pickled()), type(pickle.loads(pickle.dumps(Pickled()))) is Pickled)
print(sys.flags, sys.dont_write_bytecode, sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace())
