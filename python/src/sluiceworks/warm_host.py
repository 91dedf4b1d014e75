"""A warm interpreter: it imports what a script imports first, once, and forks for every step that runs that script.

The server starts one for a script, an environment and the variables that a start depends on, with

    python warm_host.py SCRIPT        descriptor 3: lines to and from the server

and sends the folder of an attempt as a line. Two forks later the script runs; the one in between is the step's
launcher, and does what processes/launcher.ts promises: it creates `claim` exclusively and writes its identity there
BEFORE the script starts, and appends exit code, CPU times and `end` after. So whoever comes later finds this step like
any other, and it goes on when the server or this process dies.

    ready                  the imports are done
    cold FOLDER REASON     this attempt was not forked (without a folder: none ever will be); a tab between the two
    forked FOLDER          a launcher exists and will decide by the claim
    end FOLDER             a launcher has ended, said by itself

What makes a forked step equal to a new process: only imports that stand before any other statement of the script are
made early, and only of packages that do nothing else when imported; whatever they print, and any thread they start,
makes this process unfit; the script runs as the real `__main__` and the interpreter ends as it does after any script.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import json
import os
import random  # noqa: F401 - is loaded in time to seed itself anew after the fork
import resource
import signal
import socket
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What an interpreter puts into `__main__`, in its order, whatever its version.
_PRISTINE = {name: value for name, value in globals().items() if name.startswith("__")}

_CONTROL = 3
_MARKER = b"SLUICE_ATTEMPT="
# Proved by the corpus in warm.test.ts: importing them starts nothing and reads only what this process is keyed by.
_FORKABLE = frozenset(["numpy", "scipy", "pandas", "sklearn", "joblib", "threadpoolctl", "mlflow"])
# jemalloc (in pyarrow, which pandas imports) stops its own thread around a fork.
_FORKABLE_THREADS = frozenset(["jemalloc_bg_thd"])
_OPENBLAS = ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads64_")
_BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")


class Unfit(Exception):
    """Why this process cannot stand for a new one."""


def leading_imports(source: bytes) -> list[tuple[str, list[str]]]:
    """Modules and names that a script imports before it does anything else, in order."""
    found: list[tuple[str, list[str]]] = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.Import):
            wanted: list[tuple[str, list[str]]] = [(alias.name, []) for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module is not None:
            wanted = [(statement.module, [alias.name for alias in statement.names if alias.name != "*"])]
        else:
            break
        for module, names in wanted:
            if not _is_forkable(module):
                return found
            found.append((module, names))
    return found


def _is_forkable(module: str) -> bool:
    top = module.partition(".")[0]
    return top in _FORKABLE or top == "__future__" or top in _stdlib()


def _stdlib() -> frozenset[str]:
    # From 3.10 on; before, only what is loaded in any case is known to belong to Python.
    return frozenset(getattr(sys, "stdlib_module_names", ())) - {"antigravity", "this", "multiprocessing", "idlelib"}


def preload(script: str) -> None:
    """Makes the script's leading imports; raises Unfit when that had an effect besides."""
    with open(script, "rb") as file:
        source = file.read()
    try:
        wanted = leading_imports(source)
    except (SyntaxError, ValueError):
        return
    refuse_shadows(os.path.dirname(os.path.realpath(script)), [module for module, _ in wanted])
    sys.stdout.flush()
    printed = os.fstat(2).st_size
    for module, names in wanted:
        try:
            __import__(module, fromlist=names or None)
        except Exception:
            # The script will meet the same, and its traceback belongs to it.
            raise Unfit(f"importing {module} failed") from None
    sys.stdout.flush()
    if os.fstat(2).st_size != printed:
        raise Unfit("an import printed something")
    threads = set(thread_names()) - _FORKABLE_THREADS
    if threads:
        raise Unfit(f"an import started a thread ({', '.join(sorted(threads))})")


def thread_names() -> list[str]:
    """What the kernel calls every thread of this process but the first."""
    names = []
    for thread in os.listdir("/proc/self/task"):
        if int(thread) != os.getpid():
            with open(f"/proc/self/task/{thread}/comm") as file:
                names.append(file.read().strip())
    return names


def refuse_shadows(folder: str, more: list[str]) -> None:
    """A file beside the script comes before an installed package of that name."""
    loaded = {name.partition(".")[0] for name in [*sys.modules, *more]}
    for entry in os.listdir(folder):
        if entry.partition(".")[0] in loaded and (entry.endswith((".py", ".so", ".pyc")) or "." not in entry):
            raise Unfit(f"{entry} beside the script has the name of a module")


class Runner:
    """The script of one attempt, about to run in a process of its own."""

    def __init__(self, launch: dict[str, Any]) -> None:
        self.typed: list[str] = launch["argv"]
        self.script = os.path.join(os.getcwd(), self.typed[1])

    def main(self) -> types.ModuleType:
        """A new `__main__`, as the interpreter makes it for a script."""
        from importlib.machinery import SourceFileLoader

        module = types.ModuleType("__main__")
        vars(module).clear()
        vars(module).update(_PRISTINE, __doc__=None, __loader__=SourceFileLoader("__main__", self.script))
        # Before 3.9 the file was named as it was typed.
        vars(module)["__file__"] = self.script if sys.version_info >= (3, 9) else self.typed[1]
        if "__annotations__" in vars(module):
            vars(module)["__annotations__"] = {}
        sys.modules["__main__"] = module
        sys.argv[:] = self.typed[1:]
        if hasattr(sys, "orig_argv"):
            sys.orig_argv[:] = self.typed
        if not getattr(sys.flags, "safe_path", False):
            sys.path.insert(0, os.path.dirname(os.path.realpath(self.script)))
        importlib.invalidate_caches()
        return module

    def code(self, module: types.ModuleType) -> types.CodeType:
        with open(self.script, "rb") as file:
            return compile(file.read(), vars(module)["__file__"], "exec", dont_inherit=True)


def serve(control: socket.socket) -> Runner:
    """Forks for each folder that is sent; returns in the process that is to run the script, and nowhere else."""
    pending = b""
    while True:
        received = control.recv(65536)
        if not received:
            # The server has gone. Launchers and their steps go on.
            os._exit(0)
        *folders, pending = (pending + received).split(b"\n")
        for folder in folders:
            runner = fork_launcher(folder.decode(), control)
            if runner is not None:
                return runner


def fork_launcher(folder: str, control: socket.socket) -> Runner | None:
    try:
        with open(os.path.join(folder, "launch"), encoding="utf-8") as file:
            launch = json.load(file)
        script = os.path.join(launch["working_folder"], launch["argv"][1])
        refuse_shadows(os.path.dirname(os.path.realpath(script)), [])
    except (OSError, ValueError, Unfit) as error:
        _say(control, f"cold {folder}\t{error}")
        return None
    if os.fork() != 0:
        _say(control, f"forked {folder}")
        return None
    # From here on this is a process of its own, and must never come back to `serve`.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    try:
        claim = os.open(os.path.join(folder, "claim"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError:
        # Taken by another launcher or by a server that wants it never to start.
        _say(control, f"end {folder}")
        os._exit(125)
    with open("/proc/self/stat", "rb") as stat:
        os.write(claim, stat.read())
    os.close(claim)
    if os.fork() == 0:
        control.close()
        become(launch)
        return Runner(launch)
    _, status = os.wait()
    with open(os.path.join(folder, "claim"), "a") as file:
        file.write(exit_record(status))
    _say(control, f"end {folder}")
    os._exit(0)


def become(launch: dict[str, Any]) -> None:
    """Everything but the interpreter itself as a new process of this step has it."""
    log = os.open(launch["log_file"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)
    os.chdir(launch["working_folder"])
    environment = launch["environment"]
    # What Python itself sets when it starts without a locale (PEP 538).
    coerced = os.environ.get("LC_CTYPE")
    os.environ.clear()
    os.environ.update(environment)
    if coerced is not None:
        os.environ.setdefault("LC_CTYPE", coerced)
    mark_memory(os.fsencode(environment.get("SLUICE_ATTEMPT", "")))
    restore_blas_threads(environment)
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def mark_memory(marker: bytes) -> None:
    """Puts the attempt's marker where the kernel shows a process's first environment, for finding what it forks."""
    with open("/proc/self/environ", "rb") as file:
        first = file.read()
    at = (b"\0" + first).find(b"\0" + _MARKER)
    room = first.find(b"\0", at) - at
    if at < 0 or len(_MARKER) + len(marker) > room:
        return
    with open("/proc/self/stat", "rb") as file:
        # proc(5), field 50 (env_start); the name in parentheses may hold anything.
        start = int(file.read().rpartition(b")")[2].split()[47])
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(start + at)
        memory.write((_MARKER + marker).ljust(room, b"\0"))


def restore_blas_threads(environment: dict[str, str]) -> None:
    """OpenBLAS was loaded with one thread, so that it started none; the step gets as many as a new process has."""
    if "OPENBLAS_NUM_THREADS" in environment or "GOTO_NUM_THREADS" in environment:
        return
    said = environment.get("OMP_NUM_THREADS", "")
    count = int(said) if said.isdigit() and said != "0" else len(os.sched_getaffinity(0))
    if count == 1:
        return
    with open("/proc/self/maps") as maps:
        libraries = {line.split()[-1] for line in maps if "openblas" in line}
    if not libraries:
        return
    import ctypes

    for path in sorted(libraries):
        library = ctypes.CDLL(path)
        for name in (*_OPENBLAS, "openblas_set_num_threads"):
            if hasattr(library, name):
                getattr(library, name)(count)
                break


def exit_record(status: int) -> str:
    """What the shell's launcher writes: the code as `$?`, and two lines of times."""
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
    times = [
        f"{int(seconds // 60)}m{seconds % 60:.3f}s"
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        for seconds in resource.getrusage(who)[:2]
    ]
    return f"{code}\n{times[0]} {times[1]}\n{times[2]} {times[3]}\nend\n"


def _say(control: socket.socket, line: str) -> None:
    # When the server has gone: what it needs to know is in the claim.
    with contextlib.suppress(OSError):
        control.sendall(f"{line}\n".encode())


def report(error: BaseException, host_frames: int) -> None:
    """Shows an uncaught exception as the interpreter would, without the frames of this file."""
    traceback = error.__traceback__
    for _ in range(host_frames):
        traceback = traceback.tb_next if traceback is not None else None
    hook = sys.excepthook

    def already_shown(*_: object) -> None:
        sys.excepthook = hook

    error = error.with_traceback(traceback)
    try:
        hook(type(error), error, traceback)
    except SystemExit:
        raise
    except BaseException as mistake:
        inner = mistake.__traceback__.tb_next if mistake.__traceback__ is not None else None
        mistake.__context__ = None
        sys.stderr.write("Error in sys.excepthook:\n")
        sys.__excepthook__(type(mistake), mistake.with_traceback(inner), inner)
        sys.stderr.write("\nOriginal exception was:\n")
        sys.__excepthook__(type(error), error, traceback)
    # The interpreter ends with this exception and its exit code; its text is in the log already.
    sys.excepthook = already_shown


def open_control() -> socket.socket:
    control = socket.socket(fileno=_CONTROL)
    control.set_inheritable(False)
    # Launchers are waited for by nobody: the kernel forgets them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # The folder of this file is no place for a script's imports.
    del sys.path[0]
    try:
        preload(sys.argv[1])
    except (OSError, Unfit) as error:
        _say(control, f"cold \t{error}")
        os._exit(0)
    gc.collect()
    gc.freeze()
    _say(control, "ready")
    return control


if __name__ == "__main__":
    # At the top, so that a script has one frame below it instead of none, and no more.
    _runner = serve(open_control())
    # The script's names belong to the script alone: what this file still held would outlive them at the end.
    _main = _runner.main()
    _names = vars(_main)
    try:
        _code = _runner.code(_main)
    except SyntaxError as _error:
        report(_error, host_frames=99)
        raise
    finally:
        del _main, _runner
    try:
        exec(_code, _names)  # noqa: S102 - what it is for
    except SystemExit:
        raise
    except BaseException as _error:
        report(_error, host_frames=1)
        raise
    finally:
        del _names, _code
