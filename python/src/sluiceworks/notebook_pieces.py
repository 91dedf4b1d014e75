"""Turns a notebook into a pipeline: `python -m sluiceworks.notebook_pieces NOTEBOOK FOLDER ASIDE`, with plain Python.

What will stand in FOLDER is written to ASIDE.

Cells tagged `step:NAME` become steps, in the order of their first cells. A cell tagged `parameters` gives the
pipeline's inputs. Cells tagged `shared` or `imports`, and untagged ones that only import or define functions and
classes, go to a module that every step imports. What one step assigns and a later one uses becomes an output of the one
and an input of the other, as a pickled file; what a step imports or defines and a later one uses joins the shared
module (notebook_definitions.py). Everything else is left out and said.

Prints one JSON object: {"written": [paths], "notes": [text]} or {"mistakes": [text]}; then nothing was written.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import sys
from typing import Any

from .notebook_definitions import share_definitions
from .notebook_files import write_files
from .notebook_names import assigned_names, changed_names, needed_names
from .notebook_parts import Cell, Mistakes, Parameter, Pieces, Step


def read_cells(notebook: str, notes: list[str]) -> list[Cell]:
    """The code cells of a notebook. Raises Mistakes."""
    try:
        with open(notebook, encoding="utf-8-sig") as stream:
            content = json.load(stream)
        raw_cells = content["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Mistakes([f"{notebook} is no notebook: {error}"]) from None
    cells, mistakes = [], []
    for number, raw in enumerate(raw_cells, 1):
        if raw.get("cell_type") != "code":
            continue
        source = "".join(raw.get("source", []))
        kept, magic = _without_magic(source)
        if magic:
            notes.append(f"cell {number}: left out {', '.join(magic)}")
        try:
            tree = ast.parse(kept)
        except SyntaxError as error:
            mistakes.append(f"cell {number}, line {error.lineno}: {error.msg}")
            continue
        if _awaits(tree):
            mistakes.append(f"cell {number}: only a notebook can await outside of functions; use asyncio.run(...).")
        if tree.body:
            lines = kept.strip("\n")
            cells.append(Cell(number, lines, raw.get("metadata", {}).get("tags", []), ast.parse(lines)))
    if mistakes:
        raise Mistakes(mistakes)
    return cells


def _awaits(tree: ast.AST) -> bool:
    nodes = [node for node in ast.iter_child_nodes(tree) if not isinstance(node, (ast.AsyncFunctionDef, ast.Lambda))]
    return any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) or _awaits(node) for node in nodes)


def take_apart(cells: list[Cell], folder: str, notes: list[str]) -> Pieces:
    """Sorts the cells and finds out what flows between the steps. Raises Mistakes."""
    steps: dict[str, Step] = {}
    parameters: list[Parameter] = []
    shared: list[Cell] = []
    untagged: dict[str, int] = {}
    mistakes: list[str] = []
    for cell in cells:
        names = [tag[len("step:") :].strip() for tag in cell.tags if tag.startswith("step:")]
        if len(names) > 1:
            mistakes.append(f"cell {cell.number} has tags of {len(names)} steps: {', '.join(names)}.")
        elif names:
            if not re.fullmatch(r"[a-z_][a-z0-9_]*", names[0]) or names[0] == "shared":
                mistakes.append(
                    f'cell {cell.number}: a step cannot be called "{names[0]}"; use another name of a-z, 0-9 and _.'
                )
                continue
            _add(steps.setdefault(names[0], Step(names[0])), cell)
        elif "parameters" in cell.tags:
            parameters += _parameters(cell, folder, mistakes)
        elif "shared" in cell.tags or "imports" in cell.tags or _only_defines(cell.tree):
            shared.append(cell)
        else:
            untagged.update(dict.fromkeys(assigned_names(cell.tree), cell.number))
            notes.append(f"cell {cell.number}: left out, it has no step tag")
    if not steps:
        mistakes.append("No cell is tagged as a step. Tag cells with step:NAME, for example step:train.")
    shared_names = {name for cell in shared for name in assigned_names(cell.tree)}
    moved = share_definitions(list(steps.values()), shared, mistakes)
    shared_names |= moved.names
    sources = [*moved.imports, *[cell.source for cell in shared], *moved.sources]
    pieces = Pieces(list(steps.values()), parameters, sources, set(), notes)
    for cell in shared:
        missing = needed_names(cell.tree) - shared_names
        by_step = {name: f'"{name}" of step "{step.name}"' for step in pieces.steps for name in step.assigned}
        words = {**{parameter.name: f"the parameter {parameter.name}" for parameter in parameters}, **by_step}
        found = [words[name] for name in sorted(missing) if name in words and not hasattr(builtins, name)]
        if found:
            mistakes.append(
                f"cell {cell.number} is shared by all steps but uses {', '.join(found)}; "
                "tag it as a step, or give its functions an argument."
            )
    mistakes += _connect(pieces, shared_names, untagged)
    if mistakes:
        raise Mistakes(mistakes)
    pieces.imports = _imports([cell.tree for cell in cells])
    return pieces


def _add(step: Step, cell: Cell) -> None:
    step.cells.append(cell)
    step.sources.append(cell.source)
    step.needed |= needed_names(cell.tree) - step.assigned
    step.assigned |= assigned_names(cell.tree)
    step.changed |= changed_names(cell.tree)


def _connect(pieces: Pieces, shared_names: set[str], untagged: dict[str, int]) -> list[str]:
    mistakes = []
    parameters = {parameter.name for parameter in pieces.parameters}
    last: dict[str, Step] = {}
    for step in pieces.steps:
        for name in sorted(step.needed):
            source = last.get(name)
            if source is not None:
                step.taken[name] = source.name
                if name not in source.given:
                    source.given.append(name)
            elif name in parameters:
                step.parameters.append(name)
            elif name in shared_names:
                step.shared.append(name)
            elif not hasattr(builtins, name):
                where = "no cell before assigns it"
                if name in untagged:
                    where = f"cell {untagged[name]}, which assigns it, has no step tag"
                mistakes.append(f'step "{step.name}" uses "{name}", but {where}.')
        last.update(dict.fromkeys(step.assigned | (step.changed & set(step.taken)), step))
    return mistakes


def _without_magic(source: str) -> tuple[str, list[str]]:
    """IPython's lines are no Python: %matplotlib, !pip install."""
    if source.lstrip().startswith("%%"):
        return "", [source.lstrip().split("\n")[0]]
    lines = source.split("\n")
    magic = [line.strip() for line in lines if re.match(r"\s*[%!?]", line) or re.match(r"\s*[\w.]+\?+\s*$", line)]
    return "\n".join("" if line.strip() in magic else line for line in lines), magic


def _only_defines(tree: ast.Module) -> bool:
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return all(
        isinstance(node, kinds) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in tree.body
    )


def _parameters(cell: Cell, folder: str, mistakes: list[str]) -> list[Parameter]:
    found = []
    for node in cell.tree.body:
        target = (
            node.targets[0]
            if isinstance(node, ast.Assign) and len(node.targets) == 1
            else getattr(node, "target", None)
        )
        value = getattr(node, "value", None)
        if isinstance(node, ast.Expr) and isinstance(value, ast.Constant):
            continue
        try:
            if not isinstance(target, ast.Name) or value is None:
                raise ValueError
            literal = ast.literal_eval(value)
            if not isinstance(literal, (str, int, float, bool)):
                raise ValueError
        except ValueError:
            mistakes.append(
                f"cell {cell.number}, line {node.lineno}: a parameter is a name with a text, number, True or False."
            )
            continue
        found.append(Parameter(target.id, _kind(literal, folder), literal))
    return found


def _kind(value: Any, folder: str) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    path = os.path.join(folder, value)
    if value and os.path.isfile(path):
        return "uri_file"
    return "uri_folder" if value and os.path.isdir(path) else "string"


def _imports(trees: list[ast.Module]) -> set[str]:
    found = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(getattr(sys, "stdlib_module_names", ()))


def main(notebook: str, target: str, aside: str) -> int:
    """Returns the exit status."""
    notes: list[str] = []
    folder = os.path.dirname(os.path.abspath(notebook))
    try:
        pieces = take_apart(read_cells(notebook, notes), folder, notes)
        written = write_files(pieces, notebook, target, aside)
    except Mistakes as error:
        json.dump({"mistakes": error.texts}, sys.stdout)
        return 1
    json.dump({"written": written, "notes": pieces.notes}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
