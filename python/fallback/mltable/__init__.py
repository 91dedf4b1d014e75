"""Azure's `mltable`: the installed package where there is one, else ours (sluiceworks.tables) with the same interface.

This folder stands on PYTHONPATH and so comes before installed packages; it must therefore look for them itself.
"""

import importlib.util as _util
import os as _os
import sys as _sys
from importlib.machinery import PathFinder as _PathFinder

_here = _os.path.dirname(_os.path.dirname(_os.path.abspath(__file__)))
_installed = _PathFinder.find_spec(__name__, [place for place in _sys.path if _os.path.abspath(place) != _here])

if _installed is not None and _installed.loader is not None:
    _module = _util.module_from_spec(_installed)
    # Import hands out what stands here, so the installed package takes our place.
    _sys.modules[__name__] = _module
    _installed.loader.exec_module(_module)
else:
    from sluiceworks.tables.mltable import (  # noqa: F401
        DataType,
        MLTable,
        from_delimited_files,
        from_json_lines_files,
        from_parquet_files,
        from_paths,
        load,
    )
    from sluiceworks.tables.options import MLTableFileEncoding, MLTableHeaders  # noqa: F401
