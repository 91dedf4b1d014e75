"""The arguments in program_arguments that are for the host and not for the script (azureml-yaml.md 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Union

Value = Union[int, float, str, bool, None]


@dataclass(frozen=True)
class Limits:
    """What the reserved arguments say; times in seconds."""

    error_threshold: int
    allowed_failed_percent: float
    task_overhead_timeout: float
    #: None: only the limits of each mini-batch count.
    progress_update_timeout: float | None
    first_task_creation_timeout: float
    append_row_separator: str


def parse_arguments(arguments: list[str], error_threshold: int | None) -> tuple[Limits, list[str]]:
    """Takes the reserved arguments out of a command line.

    Both `--name value` and `--name=value`, and abbreviations as argparse knows them, if they reach into the second
    word (`--resource_mon`): a shorter one is more likely the script's own. Raises ValueError with the argument and its
    value.
    """
    found: dict[str, Value] = {}
    rest: list[str] = []
    index = 0
    while index < len(arguments):
        text = arguments[index]
        index += 1
        flag, equals, value = text.partition("=")
        name = _reserved(flag)
        if name is None:
            rest.append(text)
            continue
        if not equals:
            if index >= len(arguments):
                raise ValueError(f"{text} has no value.")
            value = arguments[index]
            index += 1
        found[name] = _READERS[name](f"--{name}", value)
    found.setdefault("error_threshold", -1 if error_threshold is None else error_threshold)
    return _limits(found), rest


def _limits(found: dict[str, Value]) -> Limits:
    def number(name: str, default: float) -> float:
        value = found.get(name, default)
        return float(value) if isinstance(value, (int, float)) else default

    progress = found.get("progress_update_timeout")
    return Limits(
        error_threshold=int(number("error_threshold", -1)),
        allowed_failed_percent=number("allowed_failed_percent", 100),
        task_overhead_timeout=number("task_overhead_timeout", 30),
        progress_update_timeout=float(progress) if isinstance(progress, (int, float)) else None,
        first_task_creation_timeout=number("first_task_creation_timeout", 600),
        append_row_separator=str(found.get("append_row_separator", " ")),
    )


def _reserved(flag: str) -> str | None:
    if not flag.startswith("--") or flag.find("_") == -1:
        return None
    name = flag[2:]
    if name in _READERS:
        return name
    long = [known for known in _READERS if known.startswith(name)]
    return long[0] if len(long) == 1 else None


def _whole(least: int, most: int) -> Callable[[str, str], Value]:
    def read(flag: str, text: str) -> Value:
        try:
            value = int(text)
        except ValueError:
            raise ValueError(f'{flag} must be a whole number, but is "{text}".') from None
        if not least <= value <= most:
            raise ValueError(f"{flag} must be from {least} to {most}, but is {value}.")
        return value

    return read


def _number(least: float, most: float) -> Callable[[str, str], Value]:
    def read(flag: str, text: str) -> Value:
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f'{flag} must be a number, but is "{text}".') from None
        if not least <= value <= most:
            raise ValueError(f"{flag} must be from {least:g} to {most:g}, but is {text}.")
        return value

    return read


def _boolean(flag: str, text: str) -> Value:
    if text.lower() not in ("true", "false"):
        raise ValueError(f'{flag} must be True or False, but is "{text}".')
    return text.lower() == "true"


def _separator(_: str, text: str) -> Value:
    return {"\\t": "\t", "tab": "\t", "space": " ", "comma": ","}.get(text, text)


_MOST = 2**31 - 1
_SECONDS = _number(0.001, 259_200)
# The last four say where Azure shows progress; here it is shown anyway, so they are read and have no effect.
_READERS: dict[str, Callable[[str, str], Value]] = {
    "error_threshold": _whole(-1, _MOST),
    "allowed_failed_percent": _number(0, 100),
    "task_overhead_timeout": _SECONDS,
    "progress_update_timeout": _SECONDS,
    "first_task_creation_timeout": _SECONDS,
    "append_row_separator": _separator,
    "copy_logs_to_parent": _boolean,
    "metrics_name_prefix": lambda _, text: text,
    "push_metrics_to_parent": _boolean,
    "resource_monitor_interval": _number(0, _MOST),
}
