"""Writes drift_oracles.json: what scipy, numpy, scikit-learn and Evidently 0.7.23 say of two samples.

Run it with a Python that has evidently==0.7.23. The samples are made by a formula that drift-samples.test-support.ts
has too, so that only the answers are kept.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import registry
from evidently.legacy.core import ColumnType
from scipy import stats
from scipy.spatial import distance
from sklearn.metrics import ndcg_score

warnings.simplefilter("ignore")


def uniform(seed, count):
    """Numbers in [0, 1) from a linear congruential generator."""
    state, values = seed, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        values.append(state / 2147483648)
    return values


def bell(seed, count):
    """Sums of four, which is near enough to normal."""
    flat = uniform(seed, 4 * count)
    return [flat[4 * i] + flat[4 * i + 1] + flat[4 * i + 2] + flat[4 * i + 3] - 2 for i in range(count)]


def with_holes(values, every, hole):
    return [hole if i % every == 0 else value for i, value in enumerate(values)]


INF, NAN = math.inf, math.nan


def number_samples():
    """Name -> reference and current."""
    return {
        "same": (bell(1, 2000), bell(2, 1500)),
        "shifted": (bell(3, 2000), [x + 0.25 for x in bell(4, 2500)]),
        "small": (bell(5, 200), [x * 1.5 for x in bell(6, 150)]),
        "tiny": ([1, 2, 3, 4, 5, 6, 7], [2, 3, 4]),
        "large": (bell(7, 12000), [x + 0.02 for x in bell(8, 11000)]),
        "large and far": (bell(9, 12000), [x + 0.5 for x in bell(10, 10001)]),
        "unbalanced": (bell(11, 20000), bell(12, 40)),
        "ties": ([math.floor(x * 30) for x in uniform(13, 3000)], [math.floor(x * 31) for x in uniform(14, 3000)]),
        "few values": ([math.floor(x * 4) for x in uniform(15, 3000)], [math.floor(x * x * 4) for x in uniform(16, 2000)]),
        "few values, small": ([math.floor(x * 4) for x in uniform(17, 300)], [math.floor(x * x * 4) for x in uniform(18, 200)]),
        "two values, small": ([math.floor(x * 2) for x in uniform(19, 300)], [math.floor(x * 1.7) for x in uniform(20, 200)]),
        "constant": ([3.5] * 1200, [3.5] * 900),
        "other constant": ([3.5] * 1200, [4.5] * 900),
        "constant, then not": ([3.5] * 1200, [3.5 + x for x in bell(21, 900)]),
        "single value": ([3.5], [4.5]),
        "all distinct": (list(range(1500)), list(range(700, 2400))),
        "infinite": (
            with_holes(bell(22, 1500), 50, INF),
            with_holes(with_holes(bell(23, 1500), 40, INF), 70, -INF),
        ),
        "missing": (with_holes(bell(24, 1500), 3, NAN), with_holes([x + 0.1 for x in bell(25, 1500)], 5, NAN)),
        "skewed": ([math.floor(1 / (1.0001 - x)) for x in uniform(26, 2000)], [math.floor(1 / (1.001 - x)) for x in uniform(27, 2000)]),
        "huge": ([x * 1e12 for x in bell(28, 1200)], [x * 1e12 + 1e11 for x in bell(29, 1200)]),
    }


def category_samples():
    letters = "abcdefghijklmnopqrstuvwxyz"
    pick = lambda seed, count, kinds, power=1: [letters[math.floor(x**power * kinds)] for x in uniform(seed, count)]
    return {
        "same": (pick(31, 2000, 6), pick(32, 1800, 6)),
        "shifted": (pick(33, 2000, 6), pick(34, 1800, 6, 2)),
        "small": (pick(35, 300, 5), pick(36, 250, 5, 2)),
        "two": (pick(37, 300, 2), pick(38, 250, 2, 2)),
        "new and missing": (pick(39, 2000, 8), [c for c in pick(40, 2000, 12) if c not in "ab"]),
        "one": (["a"] * 1500, ["a"] * 1100),
        "other one": (["a"] * 1500, ["b"] * 1100),
        "all distinct": ([f"u{i}" for i in range(1500)], [f"u{i}" for i in range(1000, 2000)]),
    }


def clean(value):
    value = float(value)
    return value if math.isfinite(value) else None


def psi(p, q):
    p, q = (np.where(x == 0, 1e-4, x) for x in (p, q))
    return float(np.sum((p - q) * np.log(p / q)))


def evidently(reference, current, kind):
    test = registry.get_stattest(reference, current, kind, None)
    result = test(reference, current, kind, None)
    extra = {}
    for name in ("psi", "jensenshannon"):
        other = registry.get_stattest(reference, current, kind, name)
        extra[name] = clean(other(reference, current, kind, None).drift_score)
    return {
        "test": test.name,
        "score": clean(result.drift_score),
        "drifted": bool(result.drifted),
        "threshold": result.actual_threshold,
        **extra,
    }


def numbers(reference, current):
    reference, current = (np.array(x, dtype=float) for x in (reference, current))
    reference, current = reference[~np.isnan(reference)], current[~np.isnan(current)]
    ks = stats.ks_2samp(reference, current)
    a, b = reference[np.isfinite(reference)], current[np.isfinite(current)]
    edges = np.unique(np.quantile(a, np.arange(1, 10) / 10))
    deciles = [np.bincount(np.searchsorted(edges, x, side="left"), minlength=len(edges) + 1) for x in (a, b)]
    bins = np.histogram_bin_edges(np.concatenate([a, b]), bins="sturges")
    sturges = [np.histogram(x, bins)[0] for x in (a, b)]
    return {
        "ks": float(ks.statistic),
        "pValue": float(ks.pvalue),
        "wasserstein": float(stats.wasserstein_distance(a, b)),
        "deviation": float(np.std(a)),
        "mean": float(np.mean(a)),
        "edges": [float(x) for x in edges],
        "deciles": [[int(c) for c in x] for x in deciles],
        "psi": psi(*(x / x.sum() for x in deciles)),
        "sturges": [[int(c) for c in x] for x in sturges],
        "jensenShannon": float(distance.jensenshannon(*(x / x.sum() for x in sturges))),
        "evidently": evidently(pd.Series(a), pd.Series(b), ColumnType.Numerical),
    }


def categories(reference, current):
    names = sorted(set(reference) | set(current))
    counts = np.array([[x.count(name) for name in names] for x in (reference, current)])
    shares = [x / x.sum() for x in counts]
    chi = stats.chi2_contingency(counts, correction=False)
    return {
        "jensenShannon": float(distance.jensenshannon(*shares)),
        "psi": psi(*shares),
        "chiSquared": {"statistic": float(chi.statistic), "degrees": int(chi.dof), "pValue": float(chi.pvalue)},
        "cramersV": clean(stats.contingency.association(counts, method="cramer")) if len(names) > 1 else 0,
        "evidently": evidently(pd.Series(reference), pd.Series(current), ColumnType.Categorical),
    }


def ks_table():
    """p-values over sizes and distances, where the methods change."""
    rows = []
    for n in (3, 10, 50, 139, 141, 1000, 9999, 10000, 10001, 50000, 100000, 300000, 1000000):
        for m in (5, 140, 1000, 10000, 10007, 200000):
            if max(n, m) <= 10000 and n * m > 2000000:
                continue
            size = round(n * m / (n + m))
            for scaled in (0.1, 0.3, 0.55, 0.9, 1.2, 1.7, 2.5, 4, 9):
                statistic = min(0.999, scaled / math.sqrt(size))
                if max(n, m) <= 10000:
                    lcm = n // math.gcd(n, m) * m
                    statistic = round(statistic * lcm) / lcm
                    ok, _, p = stats._stats_py._attempt_exact_2kssamp(n, m, math.gcd(n, m), statistic, "two-sided")
                    if not ok:
                        continue
                else:
                    p = stats.kstwo.sf(statistic, size)
                rows.append([statistic, n, m, float(min(1, max(0, p)))])
    return rows


def rankings():
    cases = [
        ([5, 4, 3, 2, 1], [5, 4, 3, 2, 1]),
        ([5, 4, 3, 2, 1], [1, 2, 3, 4, 5]),
        ([0.5, 0.3, 0.2, 0], [0.1, 0.6, 0.2, 0.1]),
        ([3, 1, 2], [1, 1, 1]),
    ]
    return [{"reference": r, "current": c, "ndcg": float(ndcg_score([r], [c]))} for r, c in cases]


result = {
    "numbers": {name: numbers(*pair) for name, pair in number_samples().items()},
    "categories": {name: categories(*pair) for name, pair in category_samples().items()},
    "ks": ks_table(),
    "rankings": rankings(),
}
Path(__file__).with_name("drift_oracles.json").write_text(json.dumps(result, indent=1) + "\n")
