"""Rows of numbers that fit a table of doubles: kept as an array until the model is asked.

Making a DataFrame costs more than predicting a row with a linear model. Rows that several requests brought are one
frame in the end, so it is made once, of all of them.
"""

from __future__ import annotations

from typing import Any


class DoubleRows:
    """A two-dimensional array whose columns are those of the signature, in its order."""

    __slots__ = ("_columns", "values")

    def __init__(self, values: Any, columns: Any) -> None:
        self.values = values
        self._columns = columns

    @property
    def rows(self) -> int:
        return int(self.values.shape[0])

    def array(self) -> Any:
        """Column by column in memory, as pandas lays out a frame: another order rounds the last digit differently."""
        import numpy

        return numpy.asfortranarray(self.values)

    def frame(self) -> Any:
        """What a model takes."""
        import pandas

        return pandas.DataFrame(self.array(), columns=self._columns, copy=False)

    def joined(self, others: list[DoubleRows]) -> DoubleRows:
        """These rows, then those of each of the others."""
        import numpy

        return DoubleRows(numpy.concatenate([self.values, *(other.values for other in others)]), self._columns)
