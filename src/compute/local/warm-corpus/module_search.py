import importlib.util
import sys

print([path for path in sys.path if path], len(sys.path_importer_cache) > 0, len(sys.meta_path))
print(importlib.util.find_spec("warm_host"), importlib.util.find_spec("no_such_module"))
try:
    import no_such_module  # noqa: F401
except ModuleNotFoundError as error:
    print(error)
