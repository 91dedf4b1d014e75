"""Runs a notebook as a step: `python notebook_host.py DESCRIPTION.json` in the step's environment, which has papermill.

The step's inputs and outputs become parameters of the notebook. The executed notebook, and its HTML where the
environment has nbconvert, are left in ./outputs, so they are artifacts of the job; also when a cell failed.
It is started by its path, not with -m: the working folder is the user's code.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
from typing import Any


def main(description_file: str) -> int:
    """Returns the exit status; what went wrong stands on standard error."""
    with open(description_file, encoding="utf8") as stream:
        description: dict[str, Any] = json.load(stream)
    missing = _missing(("papermill", "ipykernel"))
    if missing:
        print(
            f"a notebook needs {' and '.join(missing)} in the environment of its step. "
            "Add to its conda file or requirements: papermill, ipykernel, nbconvert",
            file=sys.stderr,
        )
        return 1
    notebook: str = description["notebook"]
    name = os.path.splitext(os.path.basename(notebook))[0]
    os.makedirs("outputs", exist_ok=True)
    executed = os.path.join("outputs", f"{name}.ipynb")
    with tempfile.TemporaryDirectory() as private:
        # Neither the user's own start-up files nor the connections of their other kernels are this step's business.
        os.environ.update(JUPYTER_RUNTIME_DIR=private, IPYTHONDIR=private, JUPYTER_PLATFORM_DIRS="1")
        status = _execute(notebook, executed, dict(map(_parameter, description["parameters"])))
    if os.path.exists(executed):
        _write_html(executed, os.path.join("outputs", f"{name}.html"))
    return status


def _parameter(given: dict[str, str]) -> tuple[str, Any]:
    """A variable and its value. Groups have dots in their names (`data.train`), which a variable cannot."""
    text, kind = given["text"], given["type"]
    value: Any = text
    if kind == "boolean" or (kind == "" and text in ("True", "False", "true", "false")):
        value = text.lower() == "true"
    elif kind in ("integer", "number", ""):
        # Without a type only what YAML writes as a number is one: 007 and 1_000 are texts.
        is_whole = kind == "integer" or (kind == "" and re.fullmatch(r"-?(0|[1-9]\d*)", text))
        if kind != "" or is_whole or re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*)?(e[-+]?\d+)?|-?inf|nan", text, re.I):
            with contextlib.suppress(ValueError):
                value = int(text) if is_whole else float(text)
    return given["name"].replace(".", "_"), value


def _execute(notebook: str, executed: str, parameters: dict[str, Any]) -> int:
    import papermill
    from papermill.exceptions import PapermillException, PapermillExecutionError

    try:
        papermill.execute_notebook(
            notebook,
            executed,
            parameters=parameters,
            kernel_name=_kernel(notebook),
            progress_bar=False,
            cwd=".",
            stdout_file=sys.stdout,
            stderr_file=sys.stderr,
        )
    except PapermillExecutionError as error:
        print(f"cell {error.exec_count} of {notebook} failed:", file=sys.stderr)
        print(_indented(error.source), file=sys.stderr)
        print(_plain("\n".join(error.traceback)), file=sys.stderr)
        return 1
    except (PapermillException, OSError, ValueError) as error:
        print(f"{notebook} could not be run: {error}", file=sys.stderr)
        return 1
    return 0


def _kernel(notebook: str) -> str | None:
    """The environment's own Python for a Python notebook, whatever its author's kernel was called."""
    with open(notebook, encoding="utf8") as stream:
        metadata: dict[str, Any] = json.load(stream).get("metadata", {})
    kernel, language_info = metadata.get("kernelspec") or {}, metadata.get("language_info") or {}
    language = kernel.get("language") or language_info.get("name")
    return "python3" if language in (None, "python") else None


def _write_html(executed: str, target: str) -> None:
    if _missing(("nbconvert",)):
        print("no HTML of the notebook: the environment has no nbconvert", file=sys.stderr)
        return
    from nbconvert import HTMLExporter

    # Cells have run and what they wrote is there: a page that cannot be made is no reason to lose that.
    try:
        html, _ = HTMLExporter().from_filename(executed)
    except Exception as error:
        print(f"no HTML of the notebook: {type(error).__name__}: {error}", file=sys.stderr)
        return
    with open(target, "w", encoding="utf8") as stream:
        stream.write(html)


def _missing(packages: tuple[str, ...]) -> list[str]:
    from importlib.util import find_spec

    return [name for name in packages if find_spec(name) is None]


def _indented(source: str) -> str:
    return "\n".join(f"    {line}" for line in source.splitlines())


def _plain(text: str) -> str:
    """Without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


if __name__ == "__main__":
    # Neither our folder nor the user's may hide a module of papermill; the notebook's own kernel sees the user's.
    sys.path.pop(0)
    sys.exit(main(sys.argv[1]))
