"""Writes oracles.json: what numpy and scipy say. Run it with any Python that has both; the result is committed."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

rng = np.random.default_rng(20260101)


def sums(values):
    return {"count": len(values), "sum": float(np.sum(values)), "sumOfSquares": float(np.sum(values * values))}


def covariate_sums(y, x):
    return {
        **sums(y),
        "covariateSum": float(x.sum()),
        "covariateSquares": float((x * x).sum()),
        "products": float((x * y).sum()),
    }


def mean():
    values = rng.gamma(2, 3, 400)
    return {"sums": sums(values), "value": float(values.mean()), "standardError": float(stats.sem(values))}


def ratio():
    requests = rng.poisson(6, 300) + 1
    revenue = rng.gamma(2, 3, 300) * requests
    value = revenue.sum() / requests.sum()
    covariance = np.cov(revenue, requests)
    gradient = np.array([1 / requests.mean(), -revenue.mean() / requests.mean() ** 2])
    return {
        "sums": {
            "count": 300,
            "numerator": float(revenue.sum()),
            "denominator": float(requests.sum()),
            "numeratorSquares": float((revenue**2).sum()),
            "denominatorSquares": float((requests**2).sum()),
            "products": float((revenue * requests).sum()),
        },
        "value": float(value),
        "standardError": float(np.sqrt(gradient @ covariance @ gradient / 300)),
    }


def cuped():
    x = [rng.normal(10, 2, n) for n in (500, 700)]
    y = [3 * x[0] + rng.normal(0, 1, 500) + 0.2, 3 * x[1] + rng.normal(0, 1, 700)]
    group = np.concatenate([np.zeros(500), np.ones(700)])
    # The slope within groups is ordinary least squares with one intercept per group.
    design = np.column_stack([group == 0, group == 1, np.concatenate(x)]).astype(float)
    theta = np.linalg.lstsq(design, np.concatenate(y), rcond=None)[0][2]
    centre = np.concatenate(x).mean()
    adjusted = [one - theta * (other - centre) for one, other in zip(y, x)]
    residuals = sum(((a - a.mean()) ** 2).sum() for a in adjusted)
    whole = sum(((a - a.mean()) ** 2).sum() for a in y)
    return {
        "candidate": covariate_sums(y[0], x[0]),
        "baseline": covariate_sums(y[1], x[1]),
        "values": [float(a.mean()) for a in adjusted],
        "standardErrors": [float(stats.sem(a)) for a in adjusted],
        "varianceReduction": float(1 - residuals / whole),
    }


def ratio_checks():
    cases = [([5030, 4970], [50, 50]), ([530, 9400], [5, 95]), ([10, 20, 30, 45], [1, 2, 3, 4]), ([100, 0], [90, 10])]
    results = []
    for counts, weights in cases:
        expected = np.array(weights) / sum(weights) * sum(counts)
        statistic, p = stats.chisquare(counts, expected)
        results.append({"counts": counts, "weights": weights, "statistic": float(statistic), "pValue": float(p)})
    return results


def false_discovery():
    p = np.round(rng.uniform(0, 1, 12) ** 3, 6)
    return {"pValues": p.tolist(), "adjusted": stats.false_discovery_control(p).tolist()}


def confidence_sequence():
    cases = []
    for value, standard_error, count, alpha in [(0.1, 0.02, 10000, 0.05), (-3.0, 1.5, 64, 0.1), (0.0, 0.5, 5000, 0.01)]:
        rho2 = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / 5000
        n = count * rho2
        half = standard_error * np.sqrt(2 * (n + 1) / n * np.log(np.sqrt(n + 1) / alpha))
        cases.append(
            {
                "estimate": {"value": value, "standardError": standard_error, "count": count},
                "alpha": alpha,
                "interval": {"low": value - half, "high": value + half},
            }
        )
    return cases


oracles = {
    "mean": mean(),
    "ratio": ratio(),
    "cuped": cuped(),
    "sampleRatios": ratio_checks(),
    "falseDiscovery": false_discovery(),
    "confidenceSequences": confidence_sequence(),
}
Path(__file__).with_name("oracles.json").write_text(json.dumps(oracles, indent=2) + "\n")
