try:
    from . import neighbour  # noqa: F401
except ImportError as error:
    print(error)
import package.inner

print(package.inner.__name__, package.inner.NAME, package.inner.__file__)
