"""The host of a parallel job: cuts the data into mini-batches and has worker processes run the script on each.

It depends on nothing but Python and on no server: the job goes on when the server is killed. What a mini-batch gave is
in the journal before it counts as done (journal.py), so another attempt of the same job goes on where this one ended.

A mini-batch is tried until it succeeds, at most 1 + max_retries times. A try fails when run() raises, returns fewer
items than it was given or takes longer than its timeout, and when its worker dies; a worker that hung or died is
replaced. After the last failed try the mini-batch is failed, which ends the job only if a threshold says so.

The job ends badly as a whole when init() raises (every worker would), when no mini-batch could be begun or ended for
too long, or when workers keep dying before they can take a mini-batch.
"""

from __future__ import annotations

import os
import queue
import shutil
import sys
import time
from collections import deque

from ..frames import Header
from .description import Description, JobFailed, read_description
from .journal import Journal
from .mini_batches import MiniBatch, load_mini_batches
from .progress import Progress
from .worker_process import Event, Events, WorkerProcess

#: So many workers may die in a row before one of them takes a mini-batch.
_MOST_FAILED_STARTS = 3
_CLOSE_SECONDS = 60.0


def main(description_file: str) -> int:
    """Runs the job; returns the exit status."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        description = read_description(description_file)
        os.makedirs(description.resume_folder, exist_ok=True)
        _check_entry(description)
        batches, fingerprint = load_mini_batches(description)
        journal = Journal(description.resume_folder, fingerprint)
        try:
            Host(description, batches, journal).run()
        finally:
            journal.close()
        if description.append_row_to is not None:
            journal.write_rows(_append_target(description.append_row_to))
        _hand_over(description, journal)
    except JobFailed as error:
        print(f"parallel job failed: {error}", file=sys.stderr)
        return 1
    return 0


def _check_entry(description: Description) -> None:
    path = description.entry.path
    if os.path.exists(path):
        return
    found = ", ".join(sorted(name for name in os.listdir(".") if name.endswith(".py")))
    raise JobFailed(f'the code has no file "{path}"' + (f"; it has: {found}" if found else ""))


def _hand_over(description: Description, journal: Journal) -> None:
    """Moves the outputs to their places, the last act of all.

    The journal goes first: an attempt that found it would take mini-batches for done whose files are moved already.
    """
    journal.remove()
    for written, result in description.outputs:
        if os.path.exists(written):
            os.replace(written, result)
    shutil.rmtree(description.resume_folder, ignore_errors=True)


def _append_target(path: str) -> str:
    """A folder gets Azure's own name for the file (azureml-yaml.md 7)."""
    if os.path.isdir(path):
        return os.path.join(path, "parallel_run_step.txt")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    return path


class _Seat:
    """A worker and what it is doing; `deadline` in monotonic seconds is for just that."""

    def __init__(self, worker: WorkerProcess, deadline: float) -> None:
        self.worker = worker
        self.doing = "start"
        self.batch: MiniBatch | None = None
        self.deadline: float | None = deadline
        #: Why we killed it, if we did.
        self.killed_for: str | None = None


class Host:
    """Deals mini-batches to workers until every one of them is done or failed."""

    def __init__(self, description: Description, batches: list[MiniBatch], journal: Journal) -> None:
        self._description = description
        self._batches = batches
        self._journal = journal
        self._pending: deque[MiniBatch] = deque(batch for batch in batches if batch.index not in journal.records)
        self._tries: dict[int, int] = {}
        self._events: Events[Event] = queue.Queue()
        self._seats: dict[WorkerProcess, _Seat] = {}
        self._made = 0
        self._failed_starts = 0
        self._began = False
        self._started = time.monotonic()
        self._moved = self._started
        self._progress = Progress(description.summary_file, len(batches), len(journal.records))

    def run(self) -> None:
        """Raises JobFailed, with every worker ended."""
        if self._journal.records:
            print(f"mini-batches: {len(self._journal.records)} were done by an earlier attempt")
        if not self._batches:
            print("mini-batches: there is no data, so there is nothing to run")
        try:
            while self._pending or any(seat.batch for seat in self._seats.values()):
                self._staff()
                self._wait()
            self._close_all()
        finally:
            for seat in self._seats.values():
                seat.worker.kill()
            self._progress.save()
        self._progress.end()

    def _staff(self) -> None:
        """As many workers as there is work for."""
        busy = sum(seat.batch is not None for seat in self._seats.values())
        wanted = min(self._description.workers, len(self._pending) + busy)
        while len(self._seats) < wanted:
            self._made += 1
            worker = WorkerProcess(self._made, self._events)
            self._seats[worker] = _Seat(worker, time.monotonic() + self._description.limits.first_task_creation_timeout)
            worker.send(
                {
                    "type": "load",
                    "entry": {"kind": self._description.entry.kind, "path": self._description.entry.path},
                    "arguments": self._description.arguments,
                    "loggingLevel": self._description.logging_level,
                    "separator": self._description.limits.append_row_separator,
                }
            )

    def _wait(self) -> None:
        """Handles what workers say until there is nothing more to handle at once; then looks at the clock."""
        try:
            event = self._events.get(timeout=self._patience())
            while True:
                self._handle(*event)
                event = self._events.get_nowait()
        except queue.Empty:
            pass
        self._check_clock()

    def _patience(self) -> float:
        deadlines = [seat.deadline for seat in self._seats.values() if seat.deadline is not None]
        progress = self._description.limits.progress_update_timeout
        if progress is not None:
            deadlines.append(self._moved + progress)
        nearest = min(deadlines, default=time.monotonic() + 60)
        return max(0.01, nearest - time.monotonic())

    def _handle(self, worker: WorkerProcess, header: Header, rows: bytes) -> None:
        seat = self._seats.get(worker)
        if seat is None:
            return
        kind = header["type"]
        if kind == "gone":
            self._lost(seat, header["message"])
        elif seat.killed_for is not None:
            return
        elif kind == "failed":
            raise JobFailed(f"the script or its init() failed: {header['message']}")
        elif kind == "loaded":
            self._deal(seat)
        elif kind == "started":
            seat.doing = "run"
            seat.deadline = time.monotonic() + self._description.timeout
        else:
            self._answered(seat, header, rows)

    def _deal(self, seat: _Seat) -> None:
        """Gives a free worker the next mini-batch, if there is one."""
        seat.batch, seat.deadline, seat.doing = None, None, "wait"
        if not self._pending:
            return
        batch = self._pending.popleft()
        self._failed_starts = 0
        self._began = True
        seat.batch = batch
        seat.doing = "load"
        seat.deadline = time.monotonic() + self._description.limits.task_overhead_timeout
        seat.worker.send(
            {
                "type": "batch",
                "index": batch.index,
                "files": batch.files,
                "rows": batch.rows,
                "keys": batch.keys,
                "wantsRows": self._description.append_row_to is not None,
            }
        )

    def _answered(self, seat: _Seat, header: Header, rows: bytes) -> None:
        batch = seat.batch
        if batch is None:
            return
        result = (header.get("returned", 0), rows)
        failure: str | None = None
        if header["type"] == "error":
            failure, result = header["message"], (0, b"")
        elif result[0] < batch.items:
            failure = f"run() returned {result[0]} of {batch.items} items"
        else:
            # Before the worker has its next one: a killed host repeats at most one mini-batch of each worker.
            self._journal.add(batch.index, True, (batch.items, result[0]), rows)
        # Only then what takes longer: the worker need not wait for our disk.
        self._deal(seat)
        if failure is None:
            self._counted(True)
        else:
            self._try_failed(batch, failure, result)

    def _lost(self, seat: _Seat, message: str) -> None:
        del self._seats[seat.worker]
        if seat.batch is not None:
            self._try_failed(seat.batch, seat.killed_for or message, (0, b""))
        elif seat.doing == "start":
            self._failed_starts += 1
            print(f"worker {seat.worker.number} did not start: {seat.killed_for or message}", file=sys.stderr)
            if self._failed_starts >= _MOST_FAILED_STARTS:
                raise JobFailed(f"{self._failed_starts} workers in a row did not start: {seat.killed_for or message}.")

    def _try_failed(self, batch: MiniBatch, message: str, result: tuple[int, bytes]) -> None:
        tries = self._tries[batch.index] = self._tries.get(batch.index, 0) + 1
        most = 1 + self._description.max_retries
        print(f"mini-batch {batch.index}: try {tries} of {most} failed: {message}", file=sys.stderr)
        if tries < most:
            self._pending.append(batch)
            self._progress.retry()
            self._offer()
        else:
            returned, rows = result
            self._journal.add(batch.index, False, (batch.items, returned), rows)
            self._counted(False)

    def _offer(self) -> None:
        for seat in self._seats.values():
            if seat.doing == "wait" and self._pending:
                self._deal(seat)

    def _counted(self, succeeded: bool) -> None:
        """Another mini-batch is in the journal."""
        self._journal.sync_now_and_then()
        self._moved = time.monotonic()
        self._progress.add(succeeded)
        self._check_thresholds()

    def _check_thresholds(self) -> None:
        records = self._journal.records.values()
        failed = self._progress.failed
        most = self._description.mini_batch_error_threshold
        limits = self._description.limits
        if failed == 0:
            return
        if 0 <= most < failed:
            raise JobFailed(f"{failed} mini-batches failed, more than mini_batch_error_threshold ({most}).")
        if failed * 100 > limits.allowed_failed_percent * len(self._batches):
            share = failed * 100 / len(self._batches)
            raise JobFailed(
                f"{failed} of {len(self._batches)} mini-batches ({share:.3g} %) failed, more than "
                f"--allowed_failed_percent ({limits.allowed_failed_percent:g})."
            )
        lost = sum(max(0, record.items - record.returned) for record in records if not record.succeeded)
        if 0 <= limits.error_threshold < lost:
            raise JobFailed(f"{lost} items failed, more than --error_threshold ({limits.error_threshold}).")

    def _check_clock(self) -> None:
        now = time.monotonic()
        limits = self._description.limits
        for seat in self._seats.values():
            if seat.deadline is None or now < seat.deadline:
                continue
            if seat.doing == "start" and not self._began:
                raise JobFailed(
                    "no mini-batch could be begun within --first_task_creation_timeout "
                    f"({limits.first_task_creation_timeout:g} s): init() has not returned."
                )
            seat.killed_for = {
                "start": f"init() took longer than --first_task_creation_timeout "
                f"({limits.first_task_creation_timeout:g} s)",
                "load": f"loading its data took longer than --task_overhead_timeout "
                f"({limits.task_overhead_timeout:g} s)",
                "run": f"run() took longer than retry_settings.timeout ({self._description.timeout:g} s)",
            }[seat.doing]
            seat.deadline = None
            seat.worker.kill()
        progress = limits.progress_update_timeout
        if progress is not None and self._began and now - self._moved > progress:
            raise JobFailed(f"no mini-batch ended within --progress_update_timeout ({progress:g} s).")

    def _close_all(self) -> None:
        """Lets every worker run its shutdown(); what goes wrong there cannot change what was computed."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        for seat in self._seats.values():
            if seat.doing == "start":
                seat.worker.kill()
            else:
                seat.worker.send({"type": "close"})
        while self._seats and time.monotonic() < deadline:
            try:
                worker, header, _ = self._events.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                break
            if header["type"] == "gone":
                self._seats.pop(worker, None)
        for seat in self._seats.values():
            print(f"worker {seat.worker.number}: shutdown() took longer than {_CLOSE_SECONDS:g} s", file=sys.stderr)
