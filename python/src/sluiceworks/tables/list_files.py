"""Prints the files of an MLTable as JSON, relative to its folder: `python list_files.py FOLDER`, for eval_mount.

A table that reads rows is its files too. It needs pandas only where steps such as take choose among the files.
"""

from __future__ import annotations

import json
import os
import sys

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from sluiceworks.tables.mltable import load


def main(folder: str) -> int:
    """Returns the exit status; a reason stands on standard error."""
    try:
        files = [os.path.relpath(file, folder) for file in load(folder).source_files()]
        outside = [file for file in files if file.startswith("..")]
        if outside:
            raise ValueError(f"{outside[0]} lies outside of the table's folder, which is all that the step was given.")
    except (ValueError, OSError, ImportError) as error:
        print(error, file=sys.stderr)
        return 1
    json.dump(sorted(set(files)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
