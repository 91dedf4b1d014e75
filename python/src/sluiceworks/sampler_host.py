"""The sampler host: answers which values the next trial of a sweep should have, by Optuna's TPE sampler.

One JSON object per line. The server asks on standard input, this answers on standard output, in order:

  server  {id, goal, seed, trial, parameters, earlier}
  host    {id, values: {path: number}}  or  {id, error}

It keeps nothing between two questions: each brings every earlier trial of its sweep, so that a host that died is
replaced by another and nothing is lost, and the same question has the same answer. `trial` is the number of the trial
asked for; with the seed it seeds the sampler.

A parameter is {path, kind}: a `probability` between 0 and 1 that the server makes a value of, an `integer` below
`count`, or a `choice` of `count` places, where `inner` lists per place the parameters that exist only there. An earlier
trial is {values, state: completed | stopped | failed | running, value?: number, logged?: int}.
When standard input ends the server is gone, and so is this.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import numpy
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

Json = dict[str, Any]


def main() -> int:
    """Answers until standard input ends."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    answers = sys.stdout
    # A library that prints must not break the protocol.
    sys.stdout = sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer: Json = {"values": next_values(question)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": question["id"], **answer}), file=answers, flush=True)
    return 0


def next_values(question: Json) -> dict[str, float]:
    """The values of the next trial by path, given everything that is known of the earlier ones."""
    study = optuna.create_study(direction=question["goal"], sampler=_sampler(question["seed"], question["trial"]))
    distributions = _distributions(question["parameters"])
    for earlier in question["earlier"]:
        study.add_trial(_known_trial(earlier, distributions))
    values: dict[str, float] = {}
    _suggest(study.ask(), question["parameters"], values)
    return values


def _sampler(seed: int, trial: int) -> optuna.samplers.TPESampler:
    # A fresh sampler with one and the same seed would propose the same random values for every trial at the start.
    entropy = [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, trial]
    own_seed = int(numpy.random.SeedSequence(entropy).generate_state(1)[0])
    # In groups, since parameters inside a choice exist in some trials only; the constant liar keeps trials that run at
    # the same time apart.
    return optuna.samplers.TPESampler(seed=own_seed, multivariate=True, group=True, constant_liar=True)


def _distribution(parameter: Json) -> BaseDistribution:
    kind = parameter["kind"]
    if kind == "probability":
        return FloatDistribution(0.0, 1.0)
    if kind == "integer":
        return IntDistribution(0, parameter["count"] - 1)
    return CategoricalDistribution(list(range(parameter["count"])))


def _distributions(parameters: list[Json]) -> dict[str, BaseDistribution]:
    found: dict[str, BaseDistribution] = {}
    for parameter in parameters:
        found[parameter["path"]] = _distribution(parameter)
        for inner in parameter.get("inner", []):
            found.update(_distributions(inner))
    return found


def _suggest(trial: optuna.Trial, parameters: list[Json], values: dict[str, float]) -> None:
    for parameter in parameters:
        path, kind = parameter["path"], parameter["kind"]
        if kind == "probability":
            values[path] = trial.suggest_float(path, 0.0, 1.0)
        elif kind == "integer":
            values[path] = trial.suggest_int(path, 0, parameter["count"] - 1)
        else:
            place = trial.suggest_categorical(path, list(range(parameter["count"])))
            values[path] = place
            if "inner" in parameter:
                _suggest(trial, parameter["inner"][place], values)


def _known_trial(earlier: Json, distributions: dict[str, BaseDistribution]) -> optuna.trial.FrozenTrial:
    values: Json = earlier["values"]
    state, value = earlier["state"], earlier.get("value")
    known: Json = {"params": values, "distributions": {path: distributions[path] for path in values}}
    if state == "running":
        return optuna.trial.create_trial(state=TrialState.RUNNING, **known)
    if value is None or state == "failed":
        return optuna.trial.create_trial(state=TrialState.FAIL, **known)
    if state == "stopped":
        logged = {earlier.get("logged", 1): value}
        return optuna.trial.create_trial(state=TrialState.PRUNED, intermediate_values=logged, **known)
    return optuna.trial.create_trial(state=TrialState.COMPLETE, value=value, **known)


if __name__ == "__main__":
    sys.exit(main())
