"""A small client of the Sluiceworks server, on the standard library alone.

    from sluiceworks import Client

    client = Client()
    job = client.submit("pipeline.yml", inputs={"alpha": 0.5})
    for line in job.stream():
        print(line)
    job.wait().download("model", "here")

`Client()` finds the server as the command line does: the address given, else SLUICE_URL, else the server of the data
folder. Mistakes that the server reports are raised as `SluiceError` with its code, message and hint. What MLflow's
client does (logging, the registry) this one does not: set MLFLOW_TRACKING_URI to `client.url`.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Mapping

_ENDED = frozenset(["Completed", "Failed", "Canceled"])
_POLL_SECONDS = 0.5
_CHUNK_BYTES = 1 << 20


class SluiceError(Exception):
    """What the server refused, or that it could not be reached (code `server-unreachable`)."""

    def __init__(self, code: str, message: str, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message if hint is None else f"{message}\n{hint}")
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status


class JobFailed(SluiceError):
    """A job that was waited for ended Failed or Canceled."""

    def __init__(self, job: Job | PublishedJob) -> None:
        reason = job.data.get("error", {}).get("message", job.data.get("status_detail", ""))
        super().__init__("step-failed", f"Job {job.name} is {job.status}. {reason}".strip())
        self.job = job


@dataclass(frozen=True)
class Output:
    """What a job wrote: `value` of a literal, else `digest` of a file or folder."""

    name: str
    type: str
    value: str | None
    uri: str | None
    digest: str | None
    size_bytes: int | None


@dataclass(frozen=True)
class Step:
    """A job inside a pipeline; `path` says which step."""

    name: str
    path: str
    status: str
    data: Mapping[str, Any] = field(repr=False)


class Connection:
    """JSON over HTTP to one server."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout: float) -> None:
        self.url = url.rstrip("/")
        self._headers = dict(headers)
        self._timeout = timeout
        # The server is this machine's or one that was named: a proxy for the world outside is not asked.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        with self.open(method, path, body, headers) as response:
            text = response.read()
        return json.loads(text) if text else {}

    def open(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is the user's own
            path if path.startswith("http") else self.url + path,
            data=data,
            method=method,
            headers={**self._headers, **(headers or {}), **({"Content-Type": "application/json"} if data else {})},
        )
        try:
            return self._opener.open(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise SluiceError(
                "server-unreachable", f"No server answers at {self.url}: {reason}", "Start one with: sluice up"
            ) from error


class Client:
    """A server; see the module for how it is found."""

    def __init__(
        self, url: str | None = None, *, data: str | os.PathLike[str] | None = None, timeout: float = 60
    ) -> None:
        record = {} if url is not None else _server_record(data)
        address = url or os.environ.get("SLUICE_URL") or record.get("url")
        if address is None:
            raise SluiceError("server-unreachable", "No server runs on this machine.", "Start one with: sluice up")
        token = record.get("local_token") if address == record.get("url") else None
        headers = {} if token is None else {"X-Sluice-Local-Token": token}
        job_token = os.environ.get("SLUICE_TOKEN")
        if job_token is not None and address == os.environ.get("SLUICE_URL"):
            headers["Authorization"] = f"Bearer {job_token}"
        self._connection = Connection(address, headers, timeout)

    @property
    def url(self) -> str:
        return self._connection.url

    def submit(
        self,
        file: str | os.PathLike[str],
        *,
        inputs: Mapping[str, object] | None = None,
        experiment_name: str | None = None,
        no_reuse: bool = False,
    ) -> Job:
        """Submits a job file of this machine; `inputs` may also name anything by dotted path, as `--set` does."""
        body: dict[str, object] = {"file": os.path.abspath(file)}
        if inputs:
            body["overrides"] = {name: _text(value) for name, value in inputs.items()}
        if experiment_name is not None:
            body["experiment_name"] = experiment_name
        if no_reuse:
            body["no_reuse"] = True
        return Job(self._connection, self._connection.call("POST", "/api/v1/jobs", body))

    def plan(self, file: str | os.PathLike[str], *, inputs: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """What each step would do and why, changing nothing."""
        body: dict[str, object] = {"file": os.path.abspath(file)}
        if inputs:
            body["overrides"] = {name: _text(value) for name, value in inputs.items()}
        steps: list[dict[str, Any]] = self._connection.call("POST", "/api/v1/plan", body)["steps"]
        return steps

    def job(self, name: str) -> Job:
        return Job(self._connection, self._connection.call("GET", _path("jobs", name)))

    def jobs(self, *, status: str | None = None, experiment_name: str | None = None) -> Iterator[Job]:
        """Root jobs, newest first; pages are read as they are needed."""
        for item in self._pages("/api/v1/jobs", status=status, experiment_name=experiment_name):
            yield Job(self._connection, item)

    def models(self) -> Iterator[dict[str, Any]]:
        """Registered models with their aliases and latest version."""
        yield from self._pages("/api/v1/models")

    def model(self, name: str) -> dict[str, Any]:
        """A registered model with its versions, newest first."""
        return self._connection.call("GET", _path("models", name))

    def publish(
        self,
        file: str | os.PathLike[str],
        name: str,
        *,
        version: str | None = None,
        description: str | None = None,
    ) -> PublishedPipeline:
        """Checks a job file and publishes it, with all it needs, as a version of a name."""
        body = {"file": os.path.abspath(file), "name": name, "version": version, "description": description}
        self._connection.call(
            "POST", "/api/v1/published-pipelines", {key: value for key, value in body.items() if value is not None}
        )
        return self.published_pipeline(name, version=version)

    def published_pipelines(self) -> list[dict[str, Any]]:
        """Every version of every published pipeline, with its parameters."""
        items: list[dict[str, Any]] = self._connection.call("GET", "/api/v1/published-pipelines")["items"]
        return items

    def published_pipeline(self, name: str, *, version: str | None = None) -> PublishedPipeline:
        """A published pipeline, with its key; whoever has only the key makes a `PublishedPipeline` of the address."""
        suffix = [] if version is None else ["versions", version]
        self._connection.call("GET", _path("published-pipelines", name, *suffix))
        keys = self._connection.call("GET", _path("published-pipelines", name, "credentials"))
        address = self.url + _path("published-pipelines", name, *suffix, "jobs")
        return PublishedPipeline(address, keys["primary_key"])

    def _pages(self, path: str, **query: str | None) -> Iterator[dict[str, Any]]:
        given = {name: value for name, value in query.items() if value is not None}
        while True:
            text = f"?{urllib.parse.urlencode(given)}" if given else ""
            page = self._connection.call("GET", path + text)
            yield from page["items"]
            if "next_page_token" not in page:
                return
            given["page_token"] = page["next_page_token"]


class Job:
    """A job as it was when last read; `refresh` reads it again."""

    def __init__(self, connection: Connection, data: dict[str, Any]) -> None:
        self._connection = connection
        self.data = data

    def __repr__(self) -> str:
        return f"Job({self.name!r}, {self.status})"

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def status(self) -> str:
        return str(self.data["status"])

    @property
    def has_ended(self) -> bool:
        return self.status in _ENDED

    @property
    def outputs(self) -> dict[str, Output]:
        return {
            name: Output(
                name,
                value["type"],
                value.get("value"),
                value.get("uri"),
                value.get("digest"),
                value.get("size_bytes"),
            )
            for name, value in self.data["outputs"].items()
        }

    def refresh(self) -> Job:
        self.data = self._connection.call("GET", _path("jobs", self.name))
        return self

    def wait(self, timeout: float | None = None, *, check: bool = True) -> Job:
        """Waits until it has ended. Raises `JobFailed` unless it completed (or `check` is off), and `TimeoutError`.

        A server that restarts meanwhile is waited for: the job goes on without it.
        """
        _wait(self, timeout)
        if check and self.status != "Completed":
            raise JobFailed(self)
        return self

    def steps(self) -> list[Step]:
        """Every step of a pipeline, in plan order, nested ones included."""
        items = self._connection.call("GET", _path("jobs", self.name, "children"))["items"]
        return [Step(item["name"], item.get("step", ""), item["status"], item) for item in items]

    def log(self) -> str:
        """The log so far: what it wrote to stdout and stderr; of a pipeline, read the logs of its steps."""
        return "\n".join(self._lines(follow=False))

    def stream(self) -> Iterator[str]:
        """Lines of the log as they come, until the job has ended; of a pipeline all steps', each with its path."""
        steps = self.steps()
        if not steps:
            yield from self._lines(follow=True)
            return
        followed = {step.name: _Tail(self._connection, step.name) for step in steps}
        while True:
            # The status first: what is read after it has ended is whole.
            has_ended = self.refresh().has_ended
            for step in self.steps():
                tail = followed.setdefault(step.name, _Tail(self._connection, step.name))
                for line in tail.lines(is_whole=step.status in _ENDED):
                    yield f"{step.path} | {line}"
            if has_ended:
                return
            time.sleep(_POLL_SECONDS)

    def _lines(self, *, follow: bool) -> Iterator[str]:
        tail = _Tail(self._connection, self.name)
        while True:
            has_ended = self.refresh().has_ended
            yield from tail.lines(is_whole=has_ended or not follow)
            if has_ended or not follow:
                return
            time.sleep(_POLL_SECONDS)

    def cancel(self) -> Job:
        """Asks it and its steps to stop; `wait(check=False)` tells when they have."""
        self.data = self._connection.call("POST", _path("jobs", self.name, "cancel"))
        return self

    def retry(self) -> Job:
        """Submits what was stored of a job that ended again; what completed is reused."""
        return Job(self._connection, self._connection.call("POST", _path("jobs", self.name, "retry")))

    def download(self, output: str, target: str | os.PathLike[str]) -> list[Path]:
        """Copies an output's files into a folder, each whole or not at all; a single file keeps the output's name."""
        base = _path("jobs", self.name, "outputs", output)
        folder = Path(target)
        written = []
        for file in self._connection.call("GET", base)["files"]:
            path = folder.joinpath(*file["path"].split("/"))
            if ".." in path.parts[len(folder.parts) :]:
                raise SluiceError("invalid-path", f"The output names a file {file['path']}.")
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(path.name + ".part")
            query = urllib.parse.urlencode({"path": file["path"]})
            with self._connection.open("GET", f"{base}/content?{query}") as source, open(aside, "wb") as sink:
                while chunk := source.read(_CHUNK_BYTES):
                    sink.write(chunk)
            aside.replace(path)
            written.append(path)
        return written


class PublishedPipeline:
    """The address of a published pipeline and its key: all that another machine needs to start jobs."""

    def __init__(self, address: str, key: str, *, timeout: float = 60) -> None:
        self.address = address
        self.key = key
        self._connection = Connection(address, {"Authorization": f"Bearer {key}"}, timeout)

    def submit(
        self,
        inputs: Mapping[str, object] | None = None,
        *,
        experiment_name: str | None = None,
        tags: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        attempts: int = 5,
    ) -> PublishedJob:
        """Starts a job. Tried again when nothing answers, always with one idempotency key: it starts once."""
        body: dict[str, object] = {"inputs": dict(inputs or {}), "tags": dict(tags or {})}
        if experiment_name is not None:
            body["experiment_name"] = experiment_name
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        for attempt in range(attempts):
            try:
                return PublishedJob(self._connection, self._connection.call("POST", self.address, body, headers))
            except SluiceError as error:
                is_passing = error.code == "server-unreachable" or (error.status or 0) >= 500
                if not is_passing or attempt == attempts - 1:
                    raise
                time.sleep(min(8, 0.5 * 2**attempt))
        raise AssertionError("the last attempt returns or raises")


class PublishedJob:
    """A job that was started by key; the key shows how it goes, and no more."""

    def __init__(self, connection: Connection, data: dict[str, Any]) -> None:
        self._connection = connection
        self.data = data

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def status(self) -> str:
        return str(self.data["status"])

    @property
    def has_ended(self) -> bool:
        return self.status in _ENDED

    def refresh(self) -> PublishedJob:
        self.data = self._connection.call("GET", self.data["url"])
        return self

    def wait(self, timeout: float | None = None, *, check: bool = True) -> PublishedJob:
        """As `Job.wait`."""
        _wait(self, timeout)
        if check and self.status != "Completed":
            raise JobFailed(self)
        return self


class _Tail:
    """The lines of a log that were not read yet."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._path = _path("jobs", name, "log")
        self._offset = 0
        self._rest = b""

    def lines(self, *, is_whole: bool) -> Iterator[str]:
        while True:
            with self._connection.open("GET", f"{self._path}?offset={self._offset}") as response:
                chunk = response.read()
            self._offset += len(chunk)
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in lines)
            if not chunk:
                break
        if is_whole and self._rest:
            yield self._rest.decode("utf-8", "replace")
            self._rest = b""


def _wait(job: Job | PublishedJob, timeout: float | None) -> None:
    deadline = None if timeout is None else time.monotonic() + timeout
    pause = 0.05
    while not job.has_ended:
        if deadline is not None and time.monotonic() >= deadline:
            raise TimeoutError(f"Job {job.name} is still {job.status} after {timeout} s.")
        time.sleep(pause)
        pause = min(2, pause * 1.5)
        try:
            job.refresh()
        except SluiceError as error:
            if error.code != "server-unreachable":
                raise


def _server_record(data: str | os.PathLike[str] | None) -> dict[str, str]:
    folder = data or os.environ.get("SLUICE_DATA")
    if folder is None:
        share = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
        folder = os.path.join(share, "sluiceworks")
    with contextlib.suppress(OSError, ValueError):
        record = json.loads(Path(folder, "server.json").read_text())
        return {name: value for name, value in record.items() if isinstance(value, str)}
    return {}


def _path(*parts: str) -> str:
    return "/api/v1/" + "/".join(urllib.parse.quote(part, safe="") for part in parts)


def _text(value: object) -> str:
    # As Python spells them, and as the server does for `true` in YAML.
    return value if isinstance(value, str) else str(value)


def _refusal(error: urllib.error.HTTPError) -> SluiceError:
    with error:
        text = error.read()
    try:
        told = json.loads(text)["error"]
        return SluiceError(told["code"], told["message"], told.get("hint"), error.code)
    except (ValueError, KeyError, TypeError):
        return SluiceError("internal", f"The server answered {error.code} {error.reason}.", None, error.code)
