"""What the parts of the scoring host exchange: a request, an answer, a loaded model, and the ways it can go wrong."""

from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Protocol


class ScoringRequest(NamedTuple):
    """One HTTP request as the model sees it."""

    # Lower case, without parameters; "" when the client named none.
    content_type: str
    body: bytes
    # Only for scripts that ask for them (`request_headers`).
    headers: Mapping[str, str]


class ScoringAnswer(NamedTuple):
    """What goes back to the client with status 200."""

    content_type: str
    body: bytes


class LoadedModel(Protocol):
    """A model in memory."""

    # Told to the server when the worker is ready.
    description: dict[str, Any]

    def answer(self, request: ScoringRequest) -> ScoringAnswer:
        """Raises RequestRejected for a client's mistake; any other exception is the model's own."""
        ...


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
