"""`col("a") > 1 and col("b") == "x"`: the conditions of `filter`, parsed as Python and never run as such."""

from __future__ import annotations

import ast
import datetime
import operator
from typing import Any, Callable

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def parse_filter(text: str) -> Callable[[Any], Any]:
    """A function from a frame to the rows to keep. A comparison with a missing value is false. Raises ValueError."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"filter: {text!r} cannot be read: {error.msg}.") from None
    _check(tree, text)
    return lambda frame: _mask(tree, frame, text).fillna(False).astype(bool)


def _mask(node: ast.expr, frame: Any, text: str) -> Any:
    if isinstance(node, ast.BoolOp):
        masks = [_mask(value, frame, text) for value in node.values]
        result = masks[0]
        for mask in masks[1:]:
            result = result & mask if isinstance(node.op, ast.And) else result | mask
        return result
    if isinstance(node, ast.BinOp):
        left, right = _mask(node.left, frame, text), _mask(node.right, frame, text)
        return left & right if isinstance(node.op, ast.BitAnd) else left | right
    if isinstance(node, ast.UnaryOp):
        return ~_mask(node.operand, frame, text)
    if isinstance(node, ast.Compare):
        return _compare(node, frame, text)
    column = _value(node, frame, text)
    if column.dtype.kind not in "bO":
        raise ValueError(f'filter: column "{column.name}" in {text!r} is not true or false; compare it with a value.')
    return column.fillna(False).astype(bool)


def _compare(node: ast.Compare, frame: Any, text: str) -> Any:
    left, right = _value(node.left, frame, text), _value(node.comparators[0], frame, text)
    result = _COMPARISONS[type(node.ops[0])](left, right)
    for side in (left, right):
        if hasattr(side, "notna"):
            result = result & side.notna()
    return result


def _value(node: ast.expr, frame: Any, text: str) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return -node.operand.value  # type: ignore[operator]
    if not isinstance(node, ast.Call):
        raise ValueError(f"filter: {text!r} is not understood.")
    values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
    if _name(node) == "datetime":
        return datetime.datetime(*values)  # type: ignore[arg-type]
    column = values[0]
    if column not in frame.columns:
        raise ValueError(f'filter: there is no column "{column!s}" in {text!r}; there are: {", ".join(frame.columns)}.')
    return frame[column]


def _name(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _check(node: ast.expr, text: str) -> None:
    """Raises ValueError for anything but conditions on columns, so that nothing of the text is ever executed."""
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            _check(value, text)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        _check(node.left, text)
        _check(node.right, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
        _check(node.operand, text)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        _check_value(node.left, text)
        _check_value(node.comparators[0], text)
    else:
        _check_value(node, text, only_column=True)


def _check_value(node: ast.expr, text: str, only_column: bool = False) -> None:
    if not only_column and isinstance(node, ast.Constant):
        return
    if not only_column and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check_value(node.operand, text)
        return
    if isinstance(node, ast.Call) and not node.keywords:
        constants = all(isinstance(argument, ast.Constant) for argument in node.args)
        if _name(node) == "col" and constants and len(node.args) == 1:
            return
        if not only_column and _name(node) == "datetime" and constants and len(node.args) >= 3:
            return
    raise ValueError(
        f"filter: {text!r} is not understood. Compare columns with values, "
        "for example: col('age') >= 18 and not col('city') == 'Rome'"
    )
