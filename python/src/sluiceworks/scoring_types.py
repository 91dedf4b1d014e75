"""What the parts of the scoring host exchange: a request, an answer, a loaded model, and the ways it can go wrong."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Protocol

_NOTHING: Mapping[str, Any] = {}


class ScoringRequest(NamedTuple):
    """One HTTP request as the model sees it."""

    # Lower case, without parameters; "" when the client named none.
    content_type: str
    body: bytes
    # Only for scripts that ask for them (`request_headers`).
    headers: Mapping[str, str]
    # Tensors instead of a document (tensors.py): what `body` holds, one tensor after another.
    infer: Mapping[str, Any] | None = None
    # {method, target}, for scripts that are given the whole request.
    http: Mapping[str, Any] | None = None


class ScoringAnswer(NamedTuple):
    """What goes back to the client with status 200."""

    content_type: str
    body: bytes
    # What the server needs to know beside the bytes: the tensors in them.
    details: Mapping[str, Any] = _NOTHING


class ModelInput(NamedTuple):
    """A request as its model takes it."""

    # The key it came under ("csv" for CSV, "infer" for tensors, "script"): the answer is written accordingly.
    form: str
    data: Any
    params: dict[str, Any] | None = None
    # The signature is enforced already.
    is_checked: bool = False
    # How many rows `data` has; None: the request is to be predicted alone, never joined with the rows of others.
    rows: int | None = None
    # Of tensors: the names that are wanted, None for all.
    wanted: list[str] | None = None


class LoadedModel(Protocol):
    """A model in memory. A request is decoded, predicted and encoded; the host may predict several together."""

    # Told to the server when the worker is ready.
    description: dict[str, Any]
    # Whether each row is predicted from that row alone, so that rows of several requests may be predicted together.
    # None: never, whatever the deployment says.
    is_row_by_row: bool | None

    def decode(self, request: ScoringRequest) -> ModelInput:
        """What the model takes, checked as far as it can be. Raises RequestRejected for a client's mistake."""
        ...

    def predict(self, given: ModelInput) -> Any:
        """What the model returns; raises RequestRejected for a client's mistake, and whatever the model raises."""
        ...

    def encode(self, given: ModelInput, result: Any) -> ScoringAnswer:
        """The answer to that input; raises TypeError for a result that cannot be written."""
        ...


def answer(model: LoadedModel, request: ScoringRequest) -> ScoringAnswer:
    """One request from its bytes to the answer's."""
    given = model.decode(request)
    return model.encode(given, model.predict(given))


class RequestRejected(Exception):
    """The request cannot be answered and it is the client's doing (HTTP 400)."""

    code = "invalid-request"


class MediaTypeRejected(RequestRejected):
    """The body is of a kind that this model does not read (HTTP 415)."""

    code = "unsupported-media-type"


class LoadFailed(Exception):
    """The model cannot be served; the message is for the person who deploys it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def reject_media_type(content_type: str, accepted: list[str]) -> MediaTypeRejected:
    """The error for a body of another kind, naming those that are read."""
    return MediaTypeRejected(f'The body is "{content_type}"; this model reads {", ".join(accepted)}.')
