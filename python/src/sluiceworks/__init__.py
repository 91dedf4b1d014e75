"""The Python side of Sluiceworks: a client, and the hosts that scripts and models run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sluiceworks.client import Client as Client
    from sluiceworks.client import JobFailed as JobFailed
    from sluiceworks.client import PublishedPipeline as PublishedPipeline
    from sluiceworks.client import SluiceError as SluiceError

__all__ = ["Client", "JobFailed", "PublishedPipeline", "SluiceError"]


def __getattr__(name: str) -> object:
    # The hosts import this package too, and have no use for a client.
    if name in __all__:
        from sluiceworks import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
