"""Scikit-learn estimators asked with arrays where a frame would change nothing.

An estimator that was fitted with a frame checks the names and the types of each column at every predict, which takes
300 us for ten columns, and then makes an array of the frame. Where the signature was checked already and all columns
are doubles the array can be given to it at once. Estimators that look at names or types of columns themselves, or that
hold others, get the frame as ever.
"""

from __future__ import annotations

import copy
from typing import Any, Callable

# Whose estimators work on arrays of numbers alone. Others of scikit-learn choose columns by name (compose), call
# functions of the user (preprocessing.FunctionTransformer) or hold estimators that may (ensemble.Voting...).
_ARRAY_PACKAGES = tuple(
    f"sklearn.{name}."
    for name in (
        "linear_model",
        "tree",
        "svm",
        "neighbors",
        "naive_bayes",
        "neural_network",
        "discriminant_analysis",
        "kernel_ridge",
        "gaussian_process",
        "cross_decomposition",
        "decomposition",
        "cluster",
        "ensemble._forest",
        "ensemble._gb",
        "preprocessing._data",
    )
)
_HOLDERS = ("sklearn.linear_model._ransac.", "sklearn.decomposition._dict_learning.")


def array_predict(model: Any, names: list[str]) -> Callable[[Any], Any] | None:
    """What predicts an array whose columns are `names`; None for a pyfunc that needs its frame."""
    wrapper = getattr(model, "_model_impl", None)
    estimator = getattr(wrapper, "sklearn_model", None)
    # `predict`, or what the model was saved to be asked by: `predict_proba`.
    method = getattr(getattr(model, "_predict_fn", None), "__name__", "")
    if type(wrapper).__module__ != "mlflow.sklearn" or not hasattr(estimator, method):
        return None
    fitted = getattr(estimator, "feature_names_in_", None)
    # An estimator that knows other names refuses every frame, and must go on to.
    if fitted is not None and list(fitted) != names:
        return None
    bare = _without_names(estimator)
    return None if bare is None else getattr(bare, method)


def _without_names(estimator: Any) -> Any:
    """The estimator as if it had been fitted with an array; None where that could change what it does."""
    kind = type(estimator)
    place = f"{kind.__module__}."
    if place.startswith("sklearn.pipeline.") and kind.__name__ == "Pipeline":
        steps = [(name, _without_names(step)) for name, step in estimator.steps]
        if any(step is None for _, step in steps) or estimator.memory is not None:
            return None
        bare = copy.copy(estimator)
        bare.steps = steps
        return bare
    if not place.startswith(_ARRAY_PACKAGES) or place.startswith(_HOLDERS) or _gives_frames(estimator):
        return None
    bare = copy.copy(estimator)
    bare.__dict__.pop("feature_names_in_", None)
    return bare


def _gives_frames(estimator: Any) -> bool:
    """Whether it was told to (`set_output`); the step after it may count on that."""
    return bool(getattr(estimator, "_sklearn_output_config", None))
