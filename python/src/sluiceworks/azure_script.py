"""A scoring script that uses Azure ML's own server: rawhttp, AMLRequest, inference_schema and the like.

The PyPI package azureml-inference-server-http of the deployment's environment runs it, unmodified: its Flask
application is called here request by request, in the place of the web server that it would otherwise stand behind.
One worker is one process of it. What it answers, status and headers included, is what the client gets; only what
run() raises is told as the failure of the model, which Azure ML's endpoints do as well.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import Any, NamedTuple
from urllib.parse import unquote

from .scoring_types import (
    LoadFailed,
    MediaTypeRejected,
    ModelInput,
    RequestRejected,
    ScoringAnswer,
    ScoringRequest,
)

# The server in front writes these itself, and the connection is not the application's.
_NOT_PASSED_ON = {"content-length", "content-type", "connection", "transfer-encoding", "server", "date"}


class _Reply(NamedTuple):
    status: int
    headers: dict[str, str | list[str]]
    body: bytes


class AzureScript:
    """A script that azureml-inference-server-http has loaded and whose init() has returned."""

    is_row_by_row: bool | None = None

    def __init__(self, app_root: str, script: str) -> None:
        os.environ["AML_APP_ROOT"], os.environ["AZUREML_ENTRY_SCRIPT"] = app_root, script
        folder = os.path.dirname(os.path.join(app_root, script))
        if folder not in sys.path:
            sys.path.insert(0, folder)
        from azureml_inference_server_http.server import user_script

        self._raised: BaseException | None = None
        for step in ("load_script", "invoke_init", "invoke_run"):
            self._note_failures(user_script.UserScript, step)
        self._run_failures = (user_script.UserScriptException, user_script.UserScriptTimeout)
        try:
            from azureml_inference_server_http.server.entry import app
        except SystemExit as error:
            reason = f"{script} cannot be served: {_words(self._raised or error)}"
            raise LoadFailed(reason, _hint(self._raised)) from error
        from azureml_inference_server_http.server import input_parsers

        self._bad_input = input_parsers.BadInput
        self._unsupported_input = input_parsers.UnsupportedInput
        self._application = app
        self.description: dict[str, Any] = {"kind": "azureml-server", "wantsHeaders": True}

    def decode(self, request: ScoringRequest) -> ModelInput:
        """The request as WSGI has it."""
        if request.infer is not None:
            raise RequestRejected("A scoring script takes no tensors of the Open Inference Protocol; ask /score.")
        return ModelInput("script", _environ(request))

    def predict(self, given: ModelInput) -> _Reply:
        """Raises what run() raised, and RequestRejected for what the package refuses."""
        self._raised = None
        started: list[Any] = []
        parts = self._application(given.data, lambda status, headers, exc_info=None: started.extend((status, headers)))
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        if self._raised is not None:
            self._tell(self._raised)
        status, headers = started
        return _Reply(int(status.split(" ", 1)[0]), dict(_joined(headers)), body)

    def encode(self, given: ModelInput, result: _Reply) -> ScoringAnswer:
        """The reply as it is."""
        content_type = str(result.headers.get("content-type", "application/octet-stream"))
        headers = {name: value for name, value in result.headers.items() if name not in _NOT_PASSED_ON}
        return ScoringAnswer(content_type, result.body, {"status": result.status, "headers": headers})

    def _note_failures(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def noted(*args: Any, **named: Any) -> Any:
            try:
                return original(*args, **named)
            except Exception as error:
                self._raised = error
                raise

        setattr(owner, name, noted)

    def _tell(self, error: BaseException) -> None:
        if isinstance(error, self._bad_input):
            raise RequestRejected(str(error)) from None
        if isinstance(error, self._unsupported_input):
            raise MediaTypeRejected(str(error)) from None
        if isinstance(error, self._run_failures):
            cause = getattr(error, "user_ex", error)
            if _is_about_the_input(cause):
                raise RequestRejected(f"The input does not match the declared schema: {cause}") from None
            raise cause


def _is_about_the_input(error: BaseException) -> bool:
    package = f"{os.sep}inference_schema{os.sep}"
    frames = traceback.extract_tb(error.__traceback__)
    return any(frame.name == "deserialize_input" and package in frame.filename for frame in frames)


def _environ(request: ScoringRequest) -> dict[str, Any]:
    http = request.http or {"method": "POST", "target": "/score"}
    path, _, query = str(http["target"]).partition("?")
    headers = {name.upper().replace("-", "_"): value for name, value in request.headers.items()}
    # What a GET stands for is read from its query here.
    body = b"" if http["method"] == "GET" else request.body
    content_type = headers.pop("CONTENT_TYPE", request.content_type)
    headers.pop("CONTENT_LENGTH", None)
    return {
        "REQUEST_METHOD": http["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, encoding="latin-1"),
        "QUERY_STRING": query,
        **({"CONTENT_TYPE": content_type} if content_type else {}),
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }


def _joined(headers: list[tuple[str, str]]) -> dict[str, str | list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    # RFC 9110 5.3: a cookie has commas of its own. Of two types the first counts, as it does for that server's clients.
    apart = {"set-cookie": lambda each: each, "content-type": lambda each: each[0]}
    return {name: apart.get(name, ", ".join)(each) for name, each in values.items()}


def _words(error: BaseException) -> str:
    cause = getattr(error, "user_ex", None)
    return f"{error} ({type(cause).__name__}: {cause})" if cause is not None else str(error)


def _hint(error: BaseException | None) -> str:
    missing = getattr(getattr(error, "user_ex", None), "name", None)
    if isinstance(missing, str):
        return f"Add the package that provides \"{missing}\" to the deployment's environment."
    return "The whole traceback is in the deployment's log."
