"""Shipped to Spark's workers by `py_files`."""


def fill(values):
    """The values with the mean of those that are there in the place of those that are not."""
    known = [value for value in values if value is not None]
    mean = sum(known) / len(known)
    return [mean if value is None else value for value in values]
