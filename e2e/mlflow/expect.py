"""What the scripts beside this share: the server's address, and calls that must be refused."""

import os
import sys

os.environ["MLFLOW_TRACKING_URI"] = sys.argv[1]
# A refusal must be a 4xx: a retry would only make a failing test slow.
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

from mlflow.exceptions import MlflowException  # noqa: E402


def refused(call, text, code=None):
    """Runs `call`, which must raise MLflow's exception with this text (and error code)."""
    try:
        call()
    except MlflowException as error:
        assert text in str(error), f"expected {text!r} in {error}"
        if code is not None:
            assert error.error_code == code, f"expected {code}, got {error.error_code}: {error}"
        return
    raise AssertionError(f"accepted, though it should say {text!r}")


def pages(search):
    """All items of a search that takes page_token, and how many pages they came in."""
    items, count, token = [], 0, None
    while True:
        page = search(page_token=token)
        items.extend(page)
        count += 1
        token = page.token
        if not token:
            return items, count
