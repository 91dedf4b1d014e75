"""Imports, functions and classes of a step that later steps use, moved to the module that all steps share.

A module cannot be pickled, nor can another program load a function or an object of a class that `__main__` defined: so
they do not go from step to step as files. An import is repeated in the shared module; a function or class goes there,
with everything that it uses itself. One that uses a variable of its step cannot, and is told.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field

from .notebook_names import assigned_names, needed_names
from .notebook_parts import Cell, Step

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass
class Moved:
    """What joined the shared module, and the names that it gives."""

    imports: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Definition:
    step: str
    cell: Cell
    node: ast.stmt

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, _IMPORTS)

    @property
    def lines(self) -> range:
        """Its lines in the cell, from 0; decorators stand above what they decorate."""
        decorators = getattr(self.node, "decorator_list", [])
        first = min(one.lineno for one in [self.node, *decorators])
        return range(first - 1, self.node.end_lineno or first)

    @property
    def source(self) -> str:
        if self.is_import:
            # Another statement may stand on its line.
            return ast.get_source_segment(self.cell.source, self.node) or ""
        all_lines = self.cell.source.split("\n")
        return "\n".join(all_lines[number] for number in self.lines)

    @property
    def needs(self) -> set[str]:
        names = needed_names(ast.Module(body=[self.node], type_ignores=[]))
        return {name for name in names if not hasattr(builtins, name)}


class _Search:
    """Finds what has to move, beginning with what later steps use."""

    def __init__(self, steps: list[Step], shared: list[Cell]) -> None:
        self.steps = steps
        self.shared = {name for cell in shared for name in assigned_names(cell.tree)}
        self.definitions = {step.name: _definitions(step) for step in steps}
        #: By step, what each name was last made by before it.
        self.before: dict[str, dict[str, Step]] = {}
        known: dict[str, Step] = {}
        for step in steps:
            self.before[step.name] = dict(known)
            known.update(dict.fromkeys(step.assigned, step))
        self.wanted: dict[tuple[str, str], list[_Definition]] = {}
        self.obstacles: list[str] = []

    def use(self, name: str, user: Step) -> None:
        maker = self.before[user.name].get(name)
        if maker is None:
            return
        obstacle = self.move(maker, name)
        if obstacle is not None:
            self.obstacles.append(
                f'step "{user.name}" uses "{name}" of step "{maker.name}", which no file can take there: {obstacle}'
            )

    def move(self, step: Step, name: str) -> str | None:
        """Notes a name to be moved with all that it needs. Returns why it cannot be; variables are not looked at."""
        found = self.definitions[step.name].get(name)
        if found is None:
            return _unpicklable(step, name)
        if (step.name, name) in self.wanted:
            return None
        self.wanted[step.name, name] = found
        for need in sorted({need for definition in found for need in definition.needs} - {name}):
            if need in self.definitions[step.name]:
                obstacle = self.move(step, need)
            elif need in step.assigned:
                obstacle = f'it uses the variable "{need}". Give it an argument, or tag both cells as shared.'
            elif need in self.shared:
                obstacle = None
            else:
                maker = self.before[step.name].get(need)
                is_defined = maker is not None and need in self.definitions[maker.name]
                obstacle = f'it uses "{need}" of the notebook. Give it an argument.'
                if maker is not None and is_defined:
                    obstacle = self.move(maker, need)
            if obstacle is not None:
                del self.wanted[step.name, name]
                return obstacle
        return None


def share_definitions(steps: list[Step], shared: list[Cell], mistakes: list[str]) -> Moved:
    """Takes out of the steps what has to be shared; the steps' names and sources are changed to match."""
    search = _Search(steps, shared)
    for step in steps:
        for name in sorted(step.needed):
            search.use(name, step)
    for cell in shared:
        for name in sorted(needed_names(cell.tree) - search.shared):
            for step in steps:
                if name in search.definitions[step.name]:
                    search.move(step, name)
    gives = {
        maker.name
        for step in steps
        for maker in [search.before[step.name].get(name) for name in step.needed]
        if maker is not None
    }
    for step in steps:
        # What it gives may be an object of one of its classes; one that cannot move is not necessarily needed.
        for name, found in search.definitions[step.name].items():
            if step.name in gives and any(isinstance(definition.node, ast.ClassDef) for definition in found):
                search.move(step, name)
    mistakes += search.obstacles
    return _take_out(steps, search.wanted, mistakes)


def _definitions(step: Step) -> dict[str, list[_Definition]]:
    """What a step's cells import and define at their top level, by name; not what they assign as well."""
    found: dict[str, list[_Definition]] = {}
    others: set[str] = set()
    for cell in step.cells:
        for node in cell.tree.body:
            names = assigned_names(ast.Module(body=[node], type_ignores=[]))
            is_star = isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")
            if isinstance(node, (*_IMPORTS, *_DEFINITIONS)) and not is_star:
                for name in names:
                    found.setdefault(name, []).append(_Definition(step.name, cell, node))
            else:
                others |= names
    return {name: nodes for name, nodes in found.items() if name not in others}


def _unpicklable(step: Step, name: str) -> str | None:
    """Why a variable cannot be pickled, as far as the text says it."""
    for cell in step.cells:
        for node in ast.walk(cell.tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            is_it = any(isinstance(target, ast.Name) and target.id == name for target in targets)
            if is_it and isinstance(getattr(node, "value", None), ast.Lambda):
                return f"cell {cell.number} makes it a lambda. Define it with def."
        for statement in cell.tree.body:
            if isinstance(statement, (ast.If, ast.Try, ast.With)) and any(
                isinstance(node, _IMPORTS) and name in assigned_names(ast.Module(body=[node], type_ignores=[]))
                for node in ast.walk(statement)
            ):
                return f"cell {cell.number} imports it inside of another statement. Tag that cell as shared."
    return None


def _take_out(steps: list[Step], wanted: dict[tuple[str, str], list[_Definition]], mistakes: list[str]) -> Moved:
    moved = Moved()
    makers: dict[str, tuple[str, str]] = {}
    for step in steps:
        own = {name: found for (of, name), found in wanted.items() if of == step.name}
        for name, found in own.items():
            text = "\n".join(definition.source for definition in found)
            maker, other = makers.setdefault(name, (step.name, text))
            if other != text and not all(definition.is_import for definition in found):
                mistakes.append(
                    f'steps "{maker}" and "{step.name}" both define "{name}", and later steps use it. '
                    "Give one of them another name."
                )
        nodes = list({id(one.node): one for found in own.values() for one in found}.values())
        nodes.sort(key=lambda one: (step.cells.index(one.cell), one.node.lineno))
        moved.imports += [one.source for one in nodes if one.is_import and one.source not in moved.imports]
        moved.sources += [one.source for one in nodes if not one.is_import and one.source not in moved.sources]
        moved.names |= set(own)
        gone = [one for one in nodes if not one.is_import]
        for place, cell in enumerate(step.cells):
            lines = {number for one in gone if one.cell is cell for number in one.lines}
            kept = [line for number, line in enumerate(cell.source.split("\n")) if number not in lines]
            step.sources[place] = "\n".join(kept).strip("\n")
        step.sources = [source for source in step.sources if source != ""]
        rest = [node for cell in step.cells for node in cell.tree.body if all(node is not one.node for one in gone)]
        used = needed_names(ast.Module(body=rest, type_ignores=[]))
        taken_out = {name for name, found in own.items() if not all(one.is_import for one in found)}
        step.assigned -= set(own)
        step.needed |= taken_out & used
    return moved
