"""Starts the host of a parallel job: `python parallel_host.py DESCRIPTION.json`. See parallel/host.py for the story.

It is started by its path, not with -m: the working folder is the user's code, and a file of theirs called queue.py must
not become ours.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from sluiceworks.parallel.host import main

    sys.exit(main(sys.argv[1]))
