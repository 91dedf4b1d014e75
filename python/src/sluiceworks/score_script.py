"""An Azure ML scoring script: `init()` once, `run(raw_data)` for every request.

As the Azure ML inference server does it: the script is imported from its file, `run` gets the body as text (or its
declared arguments, when inference_schema decorates it) and, if it has that parameter, `request_headers`. What it
returns is written as JSON; None becomes {}.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
import traceback
from types import ModuleType
from typing import Any, Callable

from .json_output import to_json
from .scoring_types import LoadFailed, ModelInput, RequestRejected, ScoringAnswer, ScoringRequest, reject_media_type

# "" : a client that named no type; the script gets the text either way. The last two are what clients send that were
# told no type (curl -d, many an SDK), and Azure ML's server hands such a body on as well.
_TEXT_TYPES = ("application/json", "", "application/x-www-form-urlencoded", "application/octet-stream")
_DESCRIPTIONS = {"2": ("swagger.json", "swagger2.json"), "3": ("swagger3.json",), "3.1": ("swagger3.1.json",)}
_MOST_DESCRIPTION_BYTES = 1 << 20
_OF_AZURE_SERVER = ("azureml_inference_server_http", "inference_schema")


class ScoreScript:
    """A script whose init() has returned."""

    def __init__(self, app_root: str, script: str) -> None:
        module = _import_script(app_root, script)
        init = _function_of(module, "init", script)
        self._run = _function_of(module, "run", script)
        parameters = _parameters_of(self._run)
        self._wants_headers = any(parameter.name == "request_headers" for parameter in parameters)
        self._data_parameters = [parameter for parameter in parameters if parameter.name != "request_headers"]
        if not self._data_parameters:
            raise LoadFailed(
                f"run() in {script} has no parameter for the input data.", "Declare it as: def run(raw_data):"
            )
        self._is_schema_decorated = _is_schema_decorated(self._run)
        _refuse_raw_http(script)
        try:
            init()
        except (Exception, SystemExit) as error:
            raise LoadFailed(f"init() in {script} raised {_describe(error)}", _import_hint(error)) from error
        # run() is called once per request, whatever it holds.
        self.is_row_by_row: bool | None = None
        self.description: dict[str, Any] = {
            "kind": "script",
            "wantsHeaders": self._wants_headers,
            # After init(), which writes them in some scripts (those that Azure ML's designer makes).
            "swagger": _own_descriptions(app_root),
        }

    def decode(self, request: ScoringRequest) -> ModelInput:
        """The arguments of run()."""
        if request.infer is not None:
            raise RequestRejected("A scoring script takes no tensors of the Open Inference Protocol; ask /score.")
        arguments = self._arguments(request)
        if self._wants_headers:
            arguments["request_headers"] = dict(request.headers)
        return ModelInput("script", (arguments, request.body))

    def predict(self, given: ModelInput) -> Any:
        """Runs the script; raises RequestRejected when the body is at fault, else what the script raised."""
        arguments, body = given.data
        try:
            return self._run(**arguments)
        except Exception as error:
            _reject_if_body_is_at_fault(error, body)
            raise

    def encode(self, given: ModelInput, result: Any) -> ScoringAnswer:
        """JSON, with {} for None."""
        return ScoringAnswer("application/json", to_json({} if result is None else result))

    def _arguments(self, request: ScoringRequest) -> dict[str, Any]:
        kind = request.content_type
        is_text = kind.startswith("text/") and kind != "text/xml"
        if not is_text and kind not in _TEXT_TYPES and not kind.endswith("+json"):
            raise reject_media_type(kind, ["application/json", "text/csv", "text/plain"])
        try:
            text = request.body.decode("utf-8")
        except UnicodeDecodeError as error:
            # In the words of Azure ML's server.
            raise RequestRejected(f"Input cannot be decoded as UTF-8: {error}") from None
        if not self._is_schema_decorated:
            return {self._data_parameters[0].name: text}
        return _declared_arguments(text, self._data_parameters)


def _import_script(app_root: str, script: str) -> ModuleType:
    location = os.path.join(app_root, script)
    for folder in (os.path.dirname(location), app_root):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    sources = os.environ.get("AZUREML_SOURCE_DIRECTORY")
    if sources:
        sys.path.append(os.path.join(app_root, sources))
    spec = importlib.util.spec_from_file_location("entry_module", location)
    if spec is None or spec.loader is None or not os.path.isfile(location):
        raise LoadFailed(f"The scoring script {script} is not in the code folder.")
    module = importlib.util.module_from_spec(spec)
    # Pickles made inside the script name this module.
    sys.modules["entry_module"] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise LoadFailed(f"{script} cannot be imported: {_describe(error)}", _import_hint(error)) from error
    return module


def _own_descriptions(app_root: str) -> dict[str, Any]:
    """What lies beside the script as a description of it, by the version of Swagger: Azure ML's server gives it out."""
    found: dict[str, Any] = {}
    for version, names in _DESCRIPTIONS.items():
        for name in names:
            location = os.path.join(app_root, name)
            if version in found or not os.path.isfile(location) or os.path.getsize(location) > _MOST_DESCRIPTION_BYTES:
                continue
            try:
                with open(location, encoding="utf-8") as file:
                    found[version] = json.load(file)
            except (ValueError, RecursionError) as error:
                raise LoadFailed(f"{name}, which describes the script, is not JSON: {error}") from error
    return found


def _function_of(module: ModuleType, name: str, script: str) -> Callable[..., Any]:
    function = getattr(module, name, None)
    if callable(function):
        return function  # type: ignore[no-any-return]
    raise LoadFailed(f"{script} has no {name}() function.", "A scoring script defines init() and run(raw_data).")


def _parameters_of(run: Callable[..., Any]) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(run).parameters.values())
    for parameter in parameters:
        if parameter.kind not in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            raise LoadFailed("run() cannot take positional-only arguments, *args or **kwargs.")
    return parameters


def _describe(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (line {last.lineno} of {os.path.basename(last.filename)})"


def _import_hint(error: BaseException) -> str:
    missing = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if missing is None:
        return "The whole traceback is in the deployment's log."
    package = missing.split(".")[0]
    if package in _OF_AZURE_SERVER:
        return f'Add "azureml-inference-server-http" to the deployment\'s environment: it brings "{package}".'
    if package == "azureml":
        return (
            f'Add the Azure ML package that provides "{missing}" to the deployment\'s environment '
            "(azureml-core, azureml-ai-monitoring, ...), or drop the import: init() and run(raw_data) need none."
        )
    return f'Add the package that provides "{missing}" to the deployment\'s environment.'


def _is_schema_decorated(run: Callable[..., Any]) -> bool:
    schema_util = sys.modules.get("inference_schema.schema_util")
    return schema_util is not None and bool(schema_util.is_schema_decorated(run))


def _refuse_raw_http(script: str) -> None:
    for name in ("azureml_inference_server_http.api.aml_request", "azureml.contrib.services.aml_request"):
        if getattr(sys.modules.get(name), "_rawHttpRequested", False):
            raise LoadFailed(
                f"run() in {script} is decorated with @rawhttp.",
                "Add azureml-inference-server-http to the deployment's environment: it gives run() the request.",
            )


def _declared_arguments(text: str, parameters: list[inspect.Parameter]) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestRejected(f"The body is not valid JSON: {error}") from None
    if not isinstance(body, dict):
        raise RequestRejected("The body must be a JSON object with the parameters of run().")
    arguments = {}
    for parameter in parameters:
        value = body.get(parameter.name, parameter.default)
        if value is inspect.Parameter.empty:
            raise RequestRejected(f'A value is not provided for the "{parameter.name}" parameter.')
        arguments[parameter.name] = value
    return arguments


def _reject_if_body_is_at_fault(error: Exception, body: bytes) -> None:
    """A script reads the JSON itself; when it trips over a body that is no JSON, that is a 400 and not its failure."""
    if isinstance(error, (json.JSONDecodeError, RecursionError)):
        try:
            json.loads(body)
        except (ValueError, RecursionError) as mistake:
            reason = "it is nested too deeply" if isinstance(mistake, RecursionError) else str(mistake)
            raise RequestRejected(f"The body is not valid JSON: {reason}") from None
    if any(
        frame.name == "deserialize_input" and f"{os.sep}inference_schema{os.sep}" in frame.filename
        for frame in traceback.extract_tb(error.__traceback__)
    ):
        raise RequestRejected(f"The input does not match the declared schema: {error}") from None
