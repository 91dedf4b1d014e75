"""Writes the pieces of a notebook: pipeline.yml, a component and a script for each step, what they share, conda.yml."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .notebook_parts import Parameter, Pieces, Step

#: Where a module is not called as its package.
_PACKAGES = {
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dateutil": "python-dateutil",
    "skimage": "scikit-image",
}
_PARSERS = {"integer": "int", "number": "float", "boolean": 'lambda text: text.lower() == "true"'}
#: Names of files and functions that a step's own names must not meet.
_SHARED = "shared"


def write_files(pieces: Pieces, notebook: str, target: str, aside: str) -> list[str]:
    """Writes to `aside` what will stand in `target`; returns the files, relative to it."""
    files = {"pipeline.yml": _pipeline(pieces, notebook, target), "conda.yml": _conda(pieces)}
    for step in pieces.steps:
        files[f"components/{step.name}.yml"] = _component(step, pieces)
        files[f"src/{step.name}.py"] = _script(step, pieces)
    if pieces.shared:
        files[f"src/{_SHARED}.py"] = _future_first("\n\n".join(pieces.shared) + "\n")
    for name, text in files.items():
        path = os.path.join(aside, name)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w", encoding="utf8") as stream:
            stream.write(text)
    return list(files)


def _text(value: Any) -> str:
    """As JSON, which is YAML."""
    return json.dumps(value, ensure_ascii=False)


def _pipeline(pieces: Pieces, notebook: str, target: str) -> str:
    name = os.path.splitext(os.path.basename(notebook))[0]
    lines = [
        "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json",
        "type: pipeline",
        f"display_name: {_text(name)}",
        f"experiment_name: {_text(name)}",
    ]
    if pieces.parameters:
        lines.append("inputs:")
    folder = os.path.dirname(os.path.abspath(notebook))
    for parameter in pieces.parameters:
        if parameter.kind in ("uri_file", "uri_folder"):
            path = os.path.relpath(os.path.join(folder, parameter.value), target)
            lines += [f"  {parameter.name}:", f"    type: {parameter.kind}", f"    path: {_text(path)}"]
        else:
            lines.append(f"  {parameter.name}: {_text(parameter.value)}")
    lines.append("jobs:")
    for step in pieces.steps:
        lines += [f"  {step.name}:", f"    component: components/{step.name}.yml"]
        bound = [f"      {name}: ${{{{parent.inputs.{name}}}}}" for name in step.parameters]
        bound += [f"      {name}: ${{{{parent.jobs.{source}.outputs.{name}}}}}" for name, source in step.taken.items()]
        if bound:
            lines += ["    inputs:", *bound]
    return "\n".join(lines) + "\n"


def _component(step: Step, pieces: Pieces) -> str:
    kinds = {parameter.name: parameter.kind for parameter in pieces.parameters}
    lines = [
        "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json",
        "type: command",
        f"name: {step.name}",
    ]
    inputs = [f"  {name}:\n    type: {kinds[name]}" for name in step.parameters]
    inputs += [f"  {name}:\n    type: uri_file" for name in step.taken]
    if inputs:
        lines += ["inputs:", *inputs]
    if step.given:
        lines += ["outputs:", *[f"  {name}:\n    type: uri_file" for name in step.given]]
    # One word each, so that a value may begin with a dash.
    words = [f'--{name}="${{{{inputs.{name}}}}}"' for name in [*step.parameters, *step.taken]]
    words += [f'--{name}_out="${{{{outputs.{name}}}}}"' for name in step.given]
    lines += [
        "code: ../src",
        "environment:",
        "  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
        "  conda_file: ../conda.yml",
        "command: >-",
        *[f"  {part}" for part in [f"python {step.name}.py", *words]],
    ]
    return "\n".join(lines) + "\n"


def _script(step: Step, pieces: Pieces) -> str:
    kinds = {parameter.name: parameter for parameter in pieces.parameters}
    reads = [_argument(kinds[name]) for name in step.parameters]
    reads += [f'_parser.add_argument("--{name}", required=True)' for name in step.taken]
    reads += [f'_parser.add_argument("--{name}_out", required=True)' for name in step.given]
    lines = [f'"""The step {step.name}."""', "", "import argparse"]
    if step.taken or step.given:
        lines.append("import pickle")
    if step.shared:
        lines += ["", f"from {_SHARED} import {', '.join(step.shared)}"]
    lines += ["", "_parser = argparse.ArgumentParser()", *reads, "_arguments = _parser.parse_args()"]
    lines += [f"{name} = _arguments.{name}" for name in step.parameters]
    for name in step.taken:
        lines += [f'with open(_arguments.{name}, "rb") as _file:', f"    {name} = pickle.load(_file)"]
    for source in step.sources:
        lines += ["", source]
    if step.given:
        lines.append("")
    for name in step.given:
        lines += [f'with open(_arguments.{name}_out, "wb") as _file:', f"    pickle.dump({name}, _file)"]
    return _future_first("\n".join(lines) + "\n")


def _future_first(source: str) -> str:
    """`from __future__` may stand behind nothing but the docstring; each cell could have its own."""
    lines = source.split("\n")
    future = list(dict.fromkeys(line for line in lines if line.startswith("from __future__ import ")))
    rest = [line for line in lines if line not in future]
    first = 1 if rest[0].startswith('"""') else 0
    return "\n".join([*rest[:first], *future, *rest[first:]])


def _argument(parameter: Parameter) -> str:
    parser = _PARSERS.get(parameter.kind)
    return f'_parser.add_argument("--{parameter.name}", required=True{f", type={parser}" if parser else ""})'


def _conda(pieces: Pieces) -> str:
    packages = sorted(_PACKAGES.get(name, name) for name in pieces.imports)
    lines = ["channels:", "  - conda-forge", "dependencies:", f"  - python={sys.version_info[0]}.{sys.version_info[1]}"]
    if packages:
        lines += ["  - pip", "  - pip:", *[f"      - {name}" for name in packages]]
    return "\n".join(lines) + "\n"
