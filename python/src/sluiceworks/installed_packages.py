"""Prints what is installed beside this interpreter, as JSON: where, and every distribution with its licence.

For the bill of materials of a packaged model, whose packages must be those that it really runs with.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from importlib import metadata
from typing import Any


def main() -> int:
    """Prints `{folder, python, packages: [{name, version, summary, license, expression, classifiers, requires}]}`."""
    folder = sysconfig.get_path("purelib")
    packages = [_described(each) for each in metadata.distributions(path=[folder])]
    packages.sort(key=lambda package: (package["name"].lower(), package["version"]))
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    json.dump({"folder": folder, "python": python, "packages": packages}, sys.stdout)
    return 0


def _described(distribution: metadata.Distribution) -> dict[str, Any]:
    fields = distribution.metadata
    classifiers = fields.get_all("Classifier") or []
    return {
        "name": fields["Name"],
        "version": distribution.version,
        "summary": _text(fields["Summary"]),
        "license": _text(fields["License"]),
        "expression": _text(fields["License-Expression"]),
        "classifiers": [value for value in classifiers if value.startswith("License ::")],
        "requires": list(distribution.requires or []),
    }


def _text(value: Any) -> str | None:
    return None if value is None or value == "UNKNOWN" else str(value)


if __name__ == "__main__":
    sys.exit(main())
