"""What a notebook is taken apart into."""

from __future__ import annotations

import ast
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
    #: Where the sources are from, one by one.
    cells: list[Cell] = field(default_factory=list)
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
