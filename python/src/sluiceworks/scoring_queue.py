"""Requests of several threads, answered by one.

Models need not be safe for threads, so one thread asks them. What queues while it is busy goes to it together, and
where the model predicts row by row as one predict, as behind an endpoint.
"""

from __future__ import annotations

import queue
import threading
from typing import cast

from .request_batches import Answered, RequestBatches, rows_together
from .scoring_types import LoadedModel, ScoringRequest

# More at once would keep the first of them waiting for the last to be decoded.
_MOST_TOGETHER = 256


class _Waiting:
    """A request and, once its thread may go on, its answer."""

    def __init__(self, request: ScoringRequest) -> None:
        self.request = request
        self.done = threading.Event()
        self.answered: Answered | None = None

    def settle(self, answered: Answered) -> None:
        self.answered = answered
        self.done.set()


class ScoringQueue:
    """Answers for a model to whichever thread asks."""

    def __init__(self, model: LoadedModel) -> None:
        self._batches = RequestBatches(model, rows_together(model, {}))
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="scoring", daemon=True).start()

    def answer(self, request: ScoringRequest) -> Answered:
        """The answer to one request, when its turn is over."""
        waiting = _Waiting(request)
        self._waiting.put(waiting)
        waiting.done.wait()
        return cast(Answered, waiting.answered)

    def _work(self) -> None:
        while True:
            together = self._take()
            try:
                for answers in self._batches.answer([(at, each.request) for at, each in enumerate(together)]):
                    for answered in answers.answers:
                        together[answered.header["id"]].settle(answered)
            finally:
                # Nobody waits for ever, whatever a model throws.
                for each in together:
                    if each.answered is None:
                        each.settle(Answered({"outcome": "failed", "message": "no answer", "executionMs": 0.0}, b""))

    def _take(self) -> list[_Waiting]:
        together = [self._waiting.get()]
        while len(together) < _MOST_TOGETHER:
            try:
                together.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return together
