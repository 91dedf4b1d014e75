"""What a parallel job is told: one JSON file, written by the server (src/jobs/parallel-attempt.ts; change both)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .reserved_arguments import Limits, parse_arguments


class JobFailed(Exception):
    """Ends the job; the message is for the user."""


@dataclass(frozen=True)
class Entry:
    """What the workers run: a script with init/run/shutdown, or an MLflow model."""

    kind: str
    path: str


@dataclass(frozen=True)
class Size:
    """How much makes a mini-batch: so many files or rows, or about so many bytes."""

    amount: int
    is_bytes: bool


@dataclass(frozen=True)
class Description:
    """Times in seconds; thresholds of -1 ignore every failure."""

    entry: Entry
    #: The entry script's own arguments, the reserved ones taken out.
    arguments: list[str]
    limits: Limits
    data_path: str
    data_type: str
    mini_batch_size: Size | None
    partition_keys: list[str]
    mini_batch_error_threshold: int
    max_retries: int
    timeout: float
    workers: int
    logging_level: str
    append_row_to: str | None
    #: Outlives this attempt: what is in it need not be done again.
    resume_folder: str
    #: Gets the counts of mini-batches, for who watches and for afterwards.
    summary_file: str
    #: Where an output is written, in the resume folder, and where it is to lie when the job is done.
    outputs: list[tuple[str, str]]


def read_description(file: str) -> Description:
    """Reads the description; raises JobFailed for arguments that cannot be."""
    with open(file, encoding="utf8") as stream:
        given: dict[str, Any] = json.load(stream)
    try:
        limits, arguments = parse_arguments(given["arguments"], given.get("errorThreshold"))
    except ValueError as error:
        raise JobFailed(f"program_arguments: {error}") from None
    size = given.get("miniBatchSize")
    return Description(
        entry=Entry(given["entry"]["kind"], given["entry"]["path"]),
        arguments=arguments,
        limits=limits,
        data_path=given["data"]["path"],
        data_type=given["data"]["type"],
        mini_batch_size=Size(size["amount"], size["unit"] == "bytes") if size else None,
        partition_keys=given["partitionKeys"],
        mini_batch_error_threshold=given["miniBatchErrorThreshold"],
        max_retries=given["maxRetries"],
        timeout=given["timeoutSeconds"],
        workers=given["workers"],
        logging_level=given["loggingLevel"],
        append_row_to=given.get("appendRowTo"),
        resume_folder=given["resumeFolder"],
        summary_file=given["summaryFile"],
        outputs=[(output["written"], output["result"]) for output in given["outputs"]],
    )

