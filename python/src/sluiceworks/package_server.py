"""Serves a packaged model by itself: the Python standard library and what the model needs, nothing else.

The package lies in a folder with `model.json`, which says what to load and where. The routes, their errors and headers
are those of a Sluiceworks endpoint: POST and GET /score, POST /invocations, GET /ping, /health, /version,
/swagger.json, and the Open Inference Protocol below /v2. Connections have threads of their own; one thread asks the
model (scoring_queue.py).

SIGTERM ends it when what was asked is answered; asked meanwhile it does not accept. A second one ends it at once.

Only this machine can ask unless `--host` says otherwise. Beyond loopback every scoring request must carry the key in
SCORING_KEY (`Authorization: Bearer KEY`), or `--open` must say that none is wanted.
"""

from __future__ import annotations

import argparse
import contextlib
import hmac
import ipaddress
import json
import os
import re
import signal
import site
import socket
import sys
import tempfile
import threading
import traceback
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from .load_model import load_model
from .open_inference import read_infer_request, write_infer_response
from .request_batches import Answered
from .scoring_queue import ScoringQueue
from .scoring_types import LoadFailed, RequestRejected, ScoringRequest

_MAX_BODY = 64 << 20
_LONGEST_ID = 100
_DRAIN_SECONDS = 30
_JSON_LENGTH = "Inference-Header-Content-Length"
# What only this server is to know.
_KEPT = {"authorization", "cookie", "proxy-authorization"}
_FAILED_HEADER = "x-ms-run-function-failed"
# These the server writes; of the rest that a script sets every one reaches the client.
_OF_SERVER = {"x-request-id", "x-ms-request-id", "x-ms-client-request-id", "x-ms-run-fn-exec-ms", _FAILED_HEADER}
_STATUS = {
    "invalid-request": 400,
    "unauthenticated": 401,
    "host-not-allowed": 403,
    "not-found": 404,
    "body-too-large": 413,
    "unsupported-media-type": 415,
    "model-failed": 424,
    "id-too-long": 431,
}
# MLflow's clients know these names and no others.
_MLFLOW_CODES = {"not-found": "RESOURCE_DOES_NOT_EXIST", "unauthenticated": "UNAUTHENTICATED"}


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class Package(NamedTuple):
    """What `model.json` says, and the model in memory."""

    description: dict[str, Any]
    root: str
    scoring: ScoringQueue


def main() -> int:
    """Loads the model and serves until SIGTERM or SIGINT; returns the exit status."""
    arguments = _arguments()
    key = os.environ.get("SCORING_KEY") or None
    if not _is_loopback(arguments.host) and key is None and not arguments.open:
        print(
            f"Refusing to serve on {arguments.host} without a key: set SCORING_KEY, or say --open if everybody who "
            "reaches this address may ask.",
            file=sys.stderr,
        )
        return 2
    try:
        package = open_package(arguments.root, arguments.packages)
    except LoadFailed as error:
        traceback.print_exc()
        print(f"{error}\n{error.hint or ''}", file=sys.stderr)
        return 3
    server = PackageServer((arguments.host, arguments.port), package, key)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    print(f"Serving {package.description['name']} at {server.url}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0 if server.drain() else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="start.sh", description="Serves the packaged model in this folder.")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", default=5001, type=int, help="port (default: 5001; 0 for any)")
    parser.add_argument("--open", action="store_true", help="answer everybody, without a key")
    parser.add_argument("--root", default=root, help=argparse.SUPPRESS)
    parser.add_argument("--packages", help=argparse.SUPPRESS)
    return parser.parse_args()


def open_package(root: str, packages: str | None = None) -> Package:
    """Loads the model of the package in `root`; `packages` is a folder of packages outside any environment."""
    with open(os.path.join(root, "model.json"), encoding="utf-8") as file:
        description = json.load(file)
    if packages is not None:
        # On PYTHONPATH already; this also reads the .pth files in it.
        site.addsitedir(packages)
    folder = os.path.join(root, description["model_folder"])
    os.environ.update(description["environment_variables"])
    os.environ["AZUREML_MODEL_DIR"] = folder
    load = dict(description["load"])
    for name in ("path", "appRoot"):
        if name in load:
            load[name] = os.path.join(root, load[name])
    if "appRoot" in load:
        os.environ.update(AML_APP_ROOT=load["appRoot"], AZUREML_ENTRY_SCRIPT=load["script"])
    os.chdir(load.get("appRoot") or _working_folder(folder))
    return Package(description, root, ScoringQueue(load_model(load)))


def _working_folder(fallback: str) -> str:
    """Where mlflow may write what it likes: beside the model it would change the package."""
    try:
        return tempfile.mkdtemp(prefix="sluice-model-")
    except OSError:
        return fallback


class PackageServer(ThreadingHTTPServer):
    """A listening socket with a thread per connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], package: Package, key: str | None) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.package = package
        self.key = key
        self.is_loopback = _is_loopback(address[0])
        super().__init__(address, _Handler)
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"http://{host}:{self.server_address[1]}"
        self.is_stopping = False
        self._under_way = 0
        self._ended = threading.Condition()

    def stop(self) -> None:
        """Begins to end; the second time everything, at once."""
        if self.is_stopping:
            os._exit(1)
        self.is_stopping = True
        # It waits for the loop that this interrupts, so it needs a thread of its own.
        threading.Thread(target=self.shutdown, daemon=True).start()

    def drain(self) -> bool:
        """Waits for the answers under way; False when some are not there in time."""
        with self._ended:
            return self._ended.wait_for(lambda: self._under_way == 0, timeout=_DRAIN_SECONDS)

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Around the answer to one request."""
        with self._ended:
            self._under_way += 1
        try:
            yield
        finally:
            with self._ended:
                self._under_way -= 1
                self._ended.notify_all()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # A client that sends nothing holds a thread no longer than this.
    timeout = 60
    server: PackageServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def version_string(self) -> str:
        return "sluiceworks"

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Says nothing of a request that was answered; standard error is for what goes wrong."""

    def _answer(self) -> None:
        self._extra: dict[str, str | list[str]] = {}
        path = urlsplit(self.path).path
        with self.server.answering():
            try:
                body = self._body()
                self._check_host()
                self._route(path, body)
            except Refusal as refusal:
                self._send_refusal(path, refusal)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    def _route(self, path: str, body: bytes) -> None:
        package = self.server.package
        scoring = {("POST", "/score"), ("GET", "/score"), ("POST", "/invocations")}
        if (self.command, path) in scoring:
            self._authorise()
            self._score(body)
        elif path == "/v2" or path.startswith("/v2/"):
            self._open_inference(path, body)
        elif self.command != "GET":
            raise Refusal("not-found", f"There is no {self.command} {path}.", "Ask with: POST /score")
        elif path in ("/ping", "/health", "/"):
            self._send(200, "application/json", b"\n")
        elif path == "/version":
            self._send(200, "text/plain; charset=utf-8", str(package.description["server_version"]).encode())
        elif path == "/swagger.json":
            self._authorise()
            wanted = dict(parse_qsl(urlsplit(self.path).query)).get("version", "2").split(".")[0]
            if wanted not in ("2", "3"):
                raise Refusal("not-found", f'There is no description in Swagger version "{wanted}".', "There are 2, 3.")
            with open(os.path.join(package.root, f"swagger{wanted}.json"), "rb") as file:
                self._send(200, "application/json; charset=utf-8", file.read())
        else:
            raise Refusal("not-found", f"There is no {path}.", "Ask with: POST /score or POST /invocations")

    def _score(self, body: bytes) -> None:
        self._identify()
        kind = "application/json" if self.command == "GET" else self._media_type()
        given = _query_body(urlsplit(self.path).query) if self.command == "GET" else body
        http = {"method": self.command, "target": self.path}
        request = ScoringRequest(kind, given, self._script_headers(), http=http)
        outcome, answer = self.server.package.scoring.answer(request)
        is_failed = outcome["outcome"] == "failed"
        self._extra["x-ms-run-fn-exec-ms"] = f"{outcome['executionMs']:.3f}"
        self._extra[_FAILED_HEADER] = "True" if is_failed else "False"
        if outcome["outcome"] == "answered":
            details = outcome.get("details") or {}
            status, own = details.get("status", 200), details.get("headers", {})
            # A script may say so of itself, and its 5xx says so too.
            if status >= 500 or str(own.get(_FAILED_HEADER)).lower().startswith("true"):
                self._extra[_FAILED_HEADER] = "True"
            self._extra.update({name: value for name, value in own.items() if name not in _OF_SERVER})
            self._send(status, outcome["contentType"], answer)
            return
        if is_failed:
            self._extra["ms-azureml-model-error-statuscode"] = "500"
            self._extra["ms-azureml-model-error-reason"] = "model_error"
            # To `mlflow models serve` a model that raises is a bad request.
            is_of_mlflow = urlsplit(self.path).path == "/invocations"
            raise Refusal(
                "invalid-request" if is_of_mlflow else "model-failed", f"The model raised {outcome['message']}"
            )
        raise Refusal(outcome["code"], outcome["message"])

    def _open_inference(self, path: str, body: bytes) -> None:
        description = self.server.package.description
        about = re.fullmatch(r"/v2/models/([^/]+)(?:/versions/([^/]+))?(/ready|/infer)?", path)
        is_infer = about is not None and about.group(3) == "/infer"
        if self.command != ("POST" if is_infer else "GET"):
            raise Refusal("not-found", f"There is no {self.command} {path}.")
        if path == "/v2":
            version = str(description["server_version"])
            self._send_json({"name": "sluiceworks", "version": version, "extensions": ["binary_tensor_data"]})
        elif path == "/v2/health/live":
            self._send_json({"live": True})
        elif path == "/v2/health/ready":
            self._send_json({"live": True, "ready": True})
        elif about is None:
            raise Refusal("not-found", f"There is no {path}.")
        else:
            self._authorise()
            name, version = unquote(about.group(1)), about.group(2)
            if name != description["name"] or version not in (None, description["version"]):
                what = f'"{name}"' if version is None else f'"{name}" in version {version}'
                known = f"It serves {description['name']} (version {description['version']})."
                raise Refusal("not-found", f"The package serves no model {what}.", known)
            if is_infer:
                self._infer(body)
            elif about.group(3) == "/ready":
                self._send_json({"name": name, "ready": True})
            else:
                with open(os.path.join(self.server.package.root, "v2.json"), "rb") as file:
                    self._send(200, "application/json; charset=utf-8", file.read())

    def _infer(self, body: bytes) -> None:
        description = self.server.package.description
        model = {"model_name": description["name"], "model_version": description["version"]}
        try:
            asked = read_infer_request(body, self.headers.get(_JSON_LENGTH))
            outcome, answer = self._inferred(asked.infer, asked.body)
            outputs = (outcome.get("details") or {}).get("outputs", [])
            written, json_bytes = write_infer_response(asked, model, outputs, answer)
        except RequestRejected as error:
            raise Refusal(error.code, str(error)) from None
        if json_bytes is None:
            self._send(200, "application/json", written)
            return
        self._extra[_JSON_LENGTH] = str(json_bytes)
        self._send(200, "application/octet-stream", written)

    def _inferred(self, infer: dict[str, Any], tensors: bytes) -> Answered:
        request = ScoringRequest("application/octet-stream", tensors, self._script_headers(), infer)
        answered = self.server.package.scoring.answer(request)
        outcome = answered.header
        if outcome["outcome"] == "failed":
            raise Refusal("model-failed", f"The model raised {outcome['message']}")
        if outcome["outcome"] != "answered":
            raise Refusal(outcome["code"], outcome["message"])
        return answered

    def _send_json(self, message: dict[str, Any]) -> None:
        self._send(200, "application/json; charset=utf-8", json.dumps(message).encode())

    def _body(self) -> bytes:
        """Reads the body whatever becomes of the request, so that the connection can go on."""
        if "chunked" in (self.headers.get("transfer-encoding") or "").lower():
            return self._chunks()
        given = self.headers.get("content-length") or "0"
        if not re.fullmatch(r"[0-9]{1,18}", given):
            self.close_connection = True
            raise Refusal("invalid-request", f'The content-length "{given}" is no number.')
        if int(given) > _MAX_BODY:
            self._too_large()
        return self.rfile.read(int(given))

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            line = self.rfile.readline(1024).split(b";")[0].strip()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
                self.close_connection = True
                raise Refusal("invalid-request", "The body's chunks cannot be read.")
            size = int(line, 16)
            total += size
            if total > _MAX_BODY:
                self._too_large()
            if size == 0:
                while self.rfile.readline(8192).strip():
                    pass
                return b"".join(parts)
            parts.append(self.rfile.read(size))
            self.rfile.readline(8)

    def _too_large(self) -> None:
        self.close_connection = True
        raise Refusal("body-too-large", f"The body is larger than {_MAX_BODY >> 20} MiB.")

    def _check_host(self) -> None:
        """A page of the web may not reach a server that listens for this machine only by a name of its own."""
        host = re.sub(r":\d+$", "", self.headers.get("host") or "")
        if self.server.is_loopback and not _is_loopback(host.strip("[]")):
            raise Refusal("host-not-allowed", f'The host "{host}" is not allowed.', "Ask 127.0.0.1 or localhost.")

    def _authorise(self) -> None:
        if self.server.key is None:
            return
        given = re.fullmatch(r"(?i)bearer +(\S+) *", self.headers.get("authorization") or "")
        if given is None or not hmac.compare_digest(given.group(1).encode(), self.server.key.encode()):
            raise Refusal("unauthenticated", "The key is missing or wrong.", "Send it as Authorization: Bearer KEY.")

    def _identify(self) -> None:
        given = {
            name: self.headers.get(name) or None
            for name in ("x-request-id", "x-ms-request-id", "x-ms-client-request-id")
        }
        for names in ("x-request-id",), ("x-ms-request-id", "x-ms-client-request-id"):
            if any(len(given[name] or "") > _LONGEST_ID for name in names):
                raise Refusal("id-too-long", f"{' and '.join(names)} must not exceed {_LONGEST_ID} characters")
        request_id = given["x-request-id"] or str(uuid.uuid4())
        older = given["x-ms-request-id"]
        client = given["x-ms-client-request-id"] or older
        self._extra.update({"x-request-id": request_id, "x-ms-request-id": older or client or request_id})
        if client is not None:
            self._extra["x-ms-client-request-id"] = client

    def _media_type(self) -> str:
        kind, *parameters = [part.strip().lower() for part in (self.headers.get("content-type") or "").split(";")]
        for parameter in parameters:
            if parameter.startswith("charset=") and parameter[8:].strip('"') not in ("utf-8", "utf8", "us-ascii"):
                sent = self.headers.get("content-type")
                raise Refusal("unsupported-media-type", f'The body is "{sent}"; only UTF-8 is read.')
        others = [name for name in (part.split("=")[0] for part in parameters) if name != "charset"]
        if others and urlsplit(self.path).path == "/invocations":
            raise Refusal(
                "unsupported-media-type", f"The content type has unrecognized parameters: {', '.join(others)}."
            )
        return kind

    def _script_headers(self) -> dict[str, str]:
        return {name.title(): value for name, value in self.headers.items() if name.lower() not in _KEPT}

    def _send_refusal(self, path: str, refusal: Refusal) -> None:
        status = _STATUS[refusal.code]
        body: dict[str, Any]
        if path == "/v2" or path.startswith("/v2/"):
            body = {"error": str(refusal) if refusal.hint is None else f"{refusal} {refusal.hint}"}
        elif path == "/invocations":
            code = _MLFLOW_CODES.get(refusal.code, "BAD_REQUEST" if status < 500 else "INTERNAL_ERROR")
            body = {"error_code": code, "message": str(refusal)}
        else:
            error = {"code": refusal.code, "message": str(refusal)}
            if refusal.hint is not None:
                error["hint"] = refusal.hint
            body = {"message": str(refusal), "error": error}
        self._send(status, "application/json; charset=utf-8", json.dumps(body).encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in self._extra.items():
            for one in value if isinstance(value, list) else [value]:
                # A client's own id goes back in a header: it must not begin another one.
                self.send_header(name, re.sub(r"[\r\n]", " ", one))
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        if self.close_connection or self.server.is_stopping:
            # Also for what it would ask next on this connection.
            self.close_connection = True
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)


def _query_body(query: str) -> bytes:
    """The parameters of a GET as the JSON body they stand for; a repeated one as an array."""
    values: dict[str, list[Any]] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(_parameter(text))
    return json.dumps({name: each[0] if len(each) == 1 else each for name, each in values.items()}).encode()


def _parameter(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_loopback(host: str) -> bool:
    if host.lower() in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if __name__ == "__main__":
    sys.exit(main())
