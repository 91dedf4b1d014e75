"""Turns a notebook into a pipeline: `python notebook_pieces.py NOTEBOOK FOLDER ASIDE`, with plain Python.

What will stand in FOLDER is written to ASIDE.

Cells tagged `step:NAME` become steps, in the order of their first cells. A cell tagged `parameters` gives the
pipeline's inputs. Cells tagged `shared` or `imports`, and untagged ones that only import or define functions and
classes, go to a module that every step imports. What one step assigns and a later one uses becomes an output of the one
and an input of the other, as a pickled file. Everything else is left out and said.

Prints one JSON object: {"written": [paths], "notes": [text]} or {"mistakes": [text]}; then nothing was written.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import sys
from dataclasses import dataclass, field
from typing import Any


class Mistakes(Exception):
    """Why no pipeline can be made, all reasons at once."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__("; ".join(texts))
        self.texts = texts


@dataclass
class Cell:
    """A code cell, its magic lines taken out; `number` as a reader counts all cells, from 1."""

    number: int
    source: str
    tags: list[str]
    tree: ast.Module


@dataclass
class Step:
    """Code of one step and the names it needs and gives."""

    name: str
    sources: list[str] = field(default_factory=list)
    assigned: set[str] = field(default_factory=set)
    needed: set[str] = field(default_factory=set)
    #: Changed in place, as far as one can see: `frame["x"] = 1`, `model.fit(x)`.
    changed: set[str] = field(default_factory=set)
    parameters: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    #: Name to the step that it comes from.
    taken: dict[str, str] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)


@dataclass
class Parameter:
    """An input of the pipeline; `kind` is an input type of the YAML."""

    name: str
    kind: str
    value: Any


@dataclass
class Pieces:
    """A notebook taken apart."""

    steps: list[Step]
    parameters: list[Parameter]
    shared: list[str]
    imports: set[str]
    notes: list[str]


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
        if tree.body:
            cells.append(Cell(number, kept.strip("\n"), raw.get("metadata", {}).get("tags", []), tree))
    if mistakes:
        raise Mistakes(mistakes)
    return cells


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
            untagged.update(dict.fromkeys(_assigned(cell.tree), cell.number))
            notes.append(f"cell {cell.number}: left out, it has no step tag")
    if not steps:
        mistakes.append("No cell is tagged as a step. Tag cells with step:NAME, for example step:train.")
    pieces = Pieces(list(steps.values()), parameters, [cell.source for cell in shared], set(), notes)
    shared_names = {name for cell in shared for name in _assigned(cell.tree)}
    for cell in shared:
        missing = sorted((_needed(cell.tree) - shared_names) & {parameter.name for parameter in parameters})
        if missing:
            mistakes.append(
                f"cell {cell.number} is shared by all steps but uses the parameter {', '.join(missing)}; "
                "tag it as a step, or give its functions an argument."
            )
    mistakes += _connect(pieces, shared_names, untagged)
    if mistakes:
        raise Mistakes(mistakes)
    pieces.imports = _imports([cell.tree for cell in cells])
    return pieces


def _add(step: Step, cell: Cell) -> None:
    step.sources.append(cell.source)
    step.needed |= _needed(cell.tree) - step.assigned
    step.assigned |= _assigned(cell.tree)
    step.changed |= _changed(cell.tree)


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


class _Names(ast.NodeVisitor):
    """Names of a module's top level: what it assigns, and what it uses before."""

    def __init__(self) -> None:
        self.assigned: set[str] = set()
        self.needed: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.assigned.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self._use(node.target.id)
        self.visit(node.value)
        self.visit(node.target)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self.visit(target)

    def visit_For(self, node: ast.For) -> None:
        self.visit(node.iter)
        self.visit(node.target)
        for inner in [*node.body, *node.orelse]:
            self.visit(inner)

    def visit_alias(self, node: ast.alias) -> None:
        self.assigned.add((node.asname or node.name).split(".")[0])

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outer in [*node.decorator_list, *node.args.defaults, *[one for one in node.args.kw_defaults if one]]:
            self.visit(outer)
        self.assigned.add(node.name)
        arguments = node.args
        own = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        self._inside(node.body, {argument.arg for argument in own if argument is not None})

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._inside([node.body], {argument.arg for argument in node.args.args})

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outer in [*node.decorator_list, *node.bases]:
            self.visit(outer)
        self.assigned.add(node.name)
        self._inside(node.body, set())

    def _comprehension(self, node: Any, results: list[ast.expr]) -> None:
        inner = _Names()
        for generator in node.generators:
            inner.visit(generator.iter)
            inner.visit(generator.target)
            for condition in generator.ifs:
                inner.visit(condition)
        for result in results:
            inner.visit(result)
        for name in inner.needed:
            self._use(name)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, [node.key, node.value])

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name is not None:
            self.assigned.add(node.name)
        self.generic_visit(node)

    def _inside(self, body: list[Any], arguments: set[str]) -> None:
        """What a function uses but does not make itself comes from around it."""
        inner = _Names()
        for node in body:
            inner.visit(node)
        for name in inner.needed - arguments - inner.assigned:
            self._use(name)

    def _use(self, name: str) -> None:
        if name not in self.assigned:
            self.needed.add(name)


def _assigned(tree: ast.Module) -> set[str]:
    names = _Names()
    names.visit(tree)
    return names.assigned


def _needed(tree: ast.Module) -> set[str]:
    names = _Names()
    names.visit(tree)
    return names.needed


def _changed(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        target: Any = None
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            target = node
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            target = node.value.func if isinstance(node.value.func, ast.Attribute) else None
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if isinstance(target, ast.Name):
            found.add(target.id)
    return found


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
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from sluiceworks.notebook_files import write_files

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
