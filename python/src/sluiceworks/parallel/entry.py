"""The user's entry script: imported once in each worker process, then called for mini-batch after mini-batch."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from dataclasses import dataclass
from typing import Any, Callable


@dataclass(frozen=True)
class MiniBatchContext:
    """The second argument of run(mini_batch, mini_batch_context), for scripts that take one."""

    minibatch_index: int
    #: Name and value of each partition key; empty without partition_keys.
    partition_key_value: dict[str, Any]


class ScriptEntry:
    """A script with run(), and init() and shutdown() if it likes."""

    #: A result may be shorter than its mini-batch; then the mini-batch failed.
    counts_results = True

    def __init__(self, path: str, arguments: list[str]) -> None:
        """Imports the script as its own argv and folder would have it."""
        self._path = os.path.abspath(path)
        sys.argv = [path, *arguments]
        sys.path.insert(0, os.path.dirname(self._path))
        name = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(name, self._path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is not a Python file.")
        module = importlib.util.module_from_spec(spec)
        # Before it runs: what it pickles and the processes it starts find it by name.
        sys.modules[name] = module
        spec.loader.exec_module(module)
        self._init = self._function(module, "init")
        self._shutdown = self._function(module, "shutdown")
        run = self._function(module, "run")
        if run is None:
            raise AttributeError(f"{path} has no function run(mini_batch).")
        self._run = run
        self._takes_context = _positional_count(run) > 1

    def init(self) -> None:
        if self._init is not None:
            self._init()

    def run(self, mini_batch: Any, context: MiniBatchContext) -> Any:
        return self._run(mini_batch, context) if self._takes_context else self._run(mini_batch)

    def shutdown(self) -> None:
        if self._shutdown is not None:
            self._shutdown()

    @staticmethod
    def _function(module: Any, name: str) -> Callable[..., Any] | None:
        function = getattr(module, name, None)
        return function if callable(function) else None


def _positional_count(function: Callable[..., Any]) -> int:
    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return 2
    return sum(kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD) for kind in kinds)
