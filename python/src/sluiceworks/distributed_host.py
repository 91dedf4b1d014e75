"""Runs one command as several processes: `python distributed_host.py DESCRIPTION.json`.

The story: a step with a `distribution` is one attempt of one command for the engine. This host is that command. It
starts the step's own command once for every process, each with the variables by which its framework finds the others
(PyTorch, Open MPI or TensorFlow), copies what each writes to the step's log with its rank in front, and to a file of
its own, `std_log_RANK.txt`. The first process that fails ends the others (SIGTERM, then SIGKILL), and its exit code is
the host's. Parameter servers never end by themselves: they are ended once all workers are done.

Every process leads a session of its own, so that its whole tree can be ended. A SIGTERM to the host is passed on to all
of them; were the host killed, whoever ends the step finds the processes by their environment.

With `mpi`, an environment that has an mpirun runs the processes by it, since an MPI library only finds the others that
way: mpirun then starts this file again for every process (`--member`), for the log. Without one the processes are plain
ones with Open MPI's variables, which is enough for programs that read their rank there.

Only the standard library, and no import of anything of the step: the working folder is not on the path.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

#: Bytes of one line that are shown as a line; a longer one is cut into pieces, so that it never fills the memory.
LONGEST_LINE = 64 * 1024


@dataclass(frozen=True)
class Member:
    """One process: its rank, the variables that only it has, and whether the step waits for it to end."""

    rank: int
    variables: dict[str, str]
    is_awaited: bool = True


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on; all are held open until the last is known."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def pytorch_members(nodes: int, per_node: int) -> list[Member]:
    """What torch.distributed's `env://` reads, as torchrun and Azure ML set it."""
    (port,) = free_ports(1)
    size = nodes * per_node
    return [
        Member(
            rank,
            {
                "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": str(port),
                "WORLD_SIZE": str(size),
                "RANK": str(rank),
                "LOCAL_RANK": str(rank % per_node),
                "LOCAL_WORLD_SIZE": str(per_node),
                "NODE_RANK": str(rank // per_node),
                "AZUREML_CR_NODE_RANK": str(rank // per_node),
            },
        )
        for rank in range(size)
    ]


def mpi_members(nodes: int, per_node: int) -> list[Member]:
    """What Open MPI's mpirun sets, and the names of Azure Batch that training scripts read the first host from."""
    (port,) = free_ports(1)
    size = nodes * per_node
    hosts = ",".join(["127.0.0.1"] * nodes)
    return [
        Member(
            rank,
            {
                "OMPI_COMM_WORLD_RANK": str(rank),
                "OMPI_COMM_WORLD_SIZE": str(size),
                "OMPI_COMM_WORLD_LOCAL_RANK": str(rank % per_node),
                "OMPI_COMM_WORLD_LOCAL_SIZE": str(per_node),
                "OMPI_COMM_WORLD_NODE_RANK": str(rank // per_node),
                "OMPI_UNIVERSE_SIZE": str(size),
                "AZ_BATCH_MASTER_NODE": f"127.0.0.1:{port}",
                "AZ_BATCHAI_MPI_MASTER_NODE": "127.0.0.1",
                "AZ_BATCH_HOST_LIST": hosts,
                "AZUREML_CR_NODE_RANK": str(rank // per_node),
            },
        )
        for rank in range(size)
    ]


def tensorflow_members(workers: int, parameter_servers: int) -> list[Member]:
    """One address for every worker and parameter server, and `TF_CONFIG` with who one is."""
    ports = free_ports(workers + parameter_servers)
    addresses = [f"127.0.0.1:{port}" for port in ports]
    cluster = {"worker": addresses[:workers]}
    if parameter_servers > 0:
        cluster["ps"] = addresses[workers:]
    members = []
    for rank in range(workers + parameter_servers):
        is_worker = rank < workers
        job = {"type": "worker" if is_worker else "ps", "index": rank if is_worker else rank - workers}
        config = {"cluster": cluster, "task": job, "environment": "cloud"}
        variables = {"TF_CONFIG": json.dumps(config), "AZUREML_CR_NODE_RANK": str(rank)}
        members.append(Member(rank, variables, is_awaited=is_worker))
    return members


def members_of(distribution: dict[str, Any]) -> list[Member]:
    """The processes of a distribution, as src/jobs/distributed-attempt.ts describes it; change both."""
    kind = distribution["type"]
    if kind == "tensorflow":
        return tensorflow_members(distribution["workers"], distribution["parameterServers"])
    nodes, per_node = distribution["nodes"], distribution["processesPerNode"]
    return pytorch_members(nodes, per_node) if kind == "pytorch" else mpi_members(nodes, per_node)


class Log:
    """The step's log: whole lines of whole processes, never mixed."""

    def __init__(self, out: BinaryIO, width: int) -> None:
        self._out = out
        self._width = width
        self._lock = threading.Lock()

    def line(self, rank: int, text: bytes) -> None:
        end = b"" if text.endswith(b"\n") else b"\n"
        with self._lock:
            self._out.write(b"[%*d] %b%b" % (self._width, rank, text, end))
            self._out.flush()


def copy_output(source: BinaryIO, own: Path, log: Log, rank: int) -> None:
    """Writes everything to the process's own file as it is, and line by line to the log."""
    with own.open("ab") as file:
        while True:
            text = source.readline(LONGEST_LINE)
            if text == b"":
                return
            file.write(text)
            file.flush()
            log.line(rank, text)


class Group:
    """All processes of the step, from the start to the end of the last."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._command: str = description["command"]
        self._grace_s: float = description.get("graceSeconds", 10)
        self._folder = Path(description["logFolder"])
        self._members = members_of(description["distribution"])
        self._log = Log(sys.stdout.buffer, len(str(len(self._members) - 1)))
        self._running: dict[int, tuple[Member, subprocess.Popen[bytes]]] = {}
        self._copies: list[threading.Thread] = []
        self._asked_to_end = 0

    def run(self) -> int:
        """Starts all, waits for them, and returns the exit code of the step."""
        signal.signal(signal.SIGTERM, self._pass_on)
        signal.signal(signal.SIGINT, self._pass_on)
        self._folder.mkdir(parents=True, exist_ok=True)
        code = 0
        try:
            for member in self._members:
                if self._asked_to_end == 0:
                    self._start(member)
            code = self._wait()
        finally:
            self._end_all()
        for copy in self._copies:
            # A daemon that a process left may hold its output open for ever.
            copy.join(timeout=1)
        return code

    def _start(self, member: Member) -> None:
        process = subprocess.Popen(
            ["bash", "-c", self._command],
            env={**os.environ, **member.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._running[process.pid] = (member, process)
        own = self._folder / f"std_log_{member.rank}.txt"
        copy = threading.Thread(target=copy_output, args=(process.stdout, own, self._log, member.rank), daemon=True)
        copy.start()
        self._copies.append(copy)

    def _wait(self) -> int:
        """Until all that are awaited have ended, one has failed, or somebody asked to end."""
        while any(member.is_awaited for member, _ in self._running.values()):
            pid, status = os.waitpid(-1, 0)
            if pid not in self._running:
                continue
            member, process = self._running.pop(pid)
            # os.waitstatus_to_exitcode came with Python 3.9.
            code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
            # Popen must not wait for what is gone.
            process.returncode = code
            if code == 0:
                continue
            if self._asked_to_end != 0:
                return 128 + self._asked_to_end
            how = f"exit code {code}" if code > 0 else f"signal {signal.Signals(-code).name}"
            others = len(self._running)
            more = (
                f"; the other {others} are ended" if others > 1 else "; the other one is ended" if others == 1 else ""
            )
            self._log.line(member.rank, f"process {member.rank} ended with {how}{more}.".encode())
            return code if code > 0 else 128 - code
        return 128 + self._asked_to_end if self._asked_to_end != 0 else 0

    def _pass_on(self, number: int, _frame: object) -> None:
        self._asked_to_end = number
        self._signal_all(number)

    def _signal_all(self, number: int) -> None:
        for pid in list(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, number)

    def _end_all(self) -> None:
        if not self._running:
            return
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + self._grace_s
        for _, process in list(self._running.values()):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0, deadline - time.monotonic()))
        self._signal_all(signal.SIGKILL)
        for _, process in list(self._running.values()):
            process.wait()


def mpirun_command(description: dict[str, Any], file: str) -> list[str] | None:
    """How the environment's own mpirun starts all processes; None without one."""
    mpirun = shutil.which("mpirun")
    if mpirun is None:
        return None
    distribution = description["distribution"]
    size = distribution["nodes"] * distribution["processesPerNode"]
    version = subprocess.run(
        [mpirun, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    ).stdout
    flags: list[str] = []
    if b"Open MPI" in version or b"OpenRTE" in version:
        # More processes than cores are meant; and in a container the user is root.
        flags = ["--oversubscribe", "--bind-to", "none", *(["--allow-run-as-root"] if os.getuid() == 0 else [])]
    return [mpirun, *flags, "-n", str(size), sys.executable, "-I", os.path.abspath(__file__), "--member", file]


def run_member(description: dict[str, Any]) -> int:
    """One process that mpirun started: its rank is what mpirun says, under Open MPI's names or MPICH's."""
    environment = os.environ
    rank = int(environment.get("OMPI_COMM_WORLD_RANK") or environment.get("PMI_RANK") or "0")
    (member,) = [one for one in members_of(description["distribution"]) if one.rank == rank]
    # What the library's own mpirun set goes before what we would have said.
    process = subprocess.Popen(
        ["bash", "-c", description["command"]],
        env={**member.variables, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    distribution = description["distribution"]
    width = len(str(distribution["nodes"] * distribution["processesPerNode"] - 1))
    own = Path(description["logFolder"]) / f"std_log_{rank}.txt"
    copy_output(cast(BinaryIO, process.stdout), own, Log(sys.stdout.buffer, width), rank)
    code = process.wait()
    return code if code >= 0 else 128 - code


def main(arguments: list[str]) -> int:
    file = arguments[-1]
    description = json.loads(Path(file).read_text(encoding="utf-8"))
    if arguments[0] == "--member":
        return run_member(description)
    command = mpirun_command(description, file) if description["distribution"]["type"] == "mpi" else None
    if command is None:
        return Group(description).run()
    Path(description["logFolder"]).mkdir(parents=True, exist_ok=True)
    return os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
