"""Which names a piece of Python assigns, which it uses before, and which it changes in place."""

from __future__ import annotations

import ast
from typing import Any


class Names(ast.NodeVisitor):
    """Names of a module's top level: what it assigns, and what it uses before."""

    def __init__(self) -> None:
        self.assigned: set[str] = set()
        self.needed: set[str] = set()
        #: What a function declares as `global`.
        self.outer: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.assigned.add(node.id)
        else:
            self._use(node.id)
        if isinstance(node.ctx, ast.Del):
            self.assigned.discard(node.id)

    def generic_visit(self, node: ast.AST) -> None:
        # `case [first, *rest]` and `case {"a": x, **others}` name what they catch by texts; Python below 3.10 has none.
        if type(node).__name__ in ("MatchAs", "MatchStar", "MatchMapping"):
            caught = getattr(node, "name", None) or getattr(node, "rest", None)
            if caught is not None:
                self.assigned.add(caught)
        super().generic_visit(node)

    def visit_Global(self, node: ast.Global) -> None:
        self.outer |= set(node.names)

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
        for outer in [*node.decorator_list, *([node.returns] if node.returns else [])]:
            self.visit(outer)
        self.assigned.add(node.name)
        self._inside(node.body, self._arguments(node.args))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        # Without a value it only says a type.
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._inside([node.body], self._arguments(node.args))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outer in [*node.decorator_list, *node.bases, *[keyword.value for keyword in node.keywords]]:
            self.visit(outer)
        self.assigned.add(node.name)
        self._inside(node.body, set())

    def _comprehension(self, node: Any, results: list[ast.expr]) -> None:
        inner = Names()
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

    def _arguments(self, arguments: ast.arguments) -> set[str]:
        """The names of a function's arguments; their defaults and types are used where the function is made."""
        rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
        own = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]
        for value in [*arguments.defaults, *arguments.kw_defaults, *[argument.annotation for argument in own]]:
            if value is not None:
                self.visit(value)
        return {argument.arg for argument in own}

    def _inside(self, body: list[Any], arguments: set[str]) -> None:
        """What a function uses but does not make itself comes from around it."""
        inner = Names()
        for node in body:
            inner.visit(node)
        for name in inner.needed - arguments - (inner.assigned - inner.outer):
            self._use(name)
        self.assigned |= inner.outer & inner.assigned

    def _use(self, name: str) -> None:
        if name not in self.assigned:
            self.needed.add(name)


def assigned_names(tree: ast.Module) -> set[str]:
    names = Names()
    names.visit(tree)
    return names.assigned


def needed_names(tree: ast.Module) -> set[str]:
    names = Names()
    names.visit(tree)
    return names.needed


def changed_names(tree: ast.Module) -> set[str]:
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
