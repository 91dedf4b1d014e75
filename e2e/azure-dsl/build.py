"""Builds pipelines with azure-ai-ml's DSL and dumps them, as a user of that SDK would."""

import os
import sys
from pathlib import Path

# Conditions are behind this switch.
os.environ["AZURE_ML_CLI_PRIVATE_FEATURES_ENABLED"] = "True"

from azure.ai.ml import Input, Output, command, dsl, load_component
from azure.ai.ml.entities import RetrySettings
from azure.ai.ml.parallel import RunFunction, parallel_run_function
from azure.ai.ml.sweep import BanditPolicy, Choice

here = Path(__file__).parent
target = Path(sys.argv[1])
(target / "src").mkdir(parents=True, exist_ok=True)
for name in ("double.py", "score.py"):
    (target / "src" / name).write_bytes((here / "src" / name).read_bytes())

ENVIRONMENT = "azureml://registries/azureml/environments/sklearn-1.5/labels/latest"

double = command(
    name="double",
    display_name="Double a number",
    inputs={"number": Input(type="number", default=1.5, min=0), "data": Input(type="uri_file", optional=True)},
    outputs={"result": Output(type="uri_file"), "is_large": Output(type="boolean", is_control=True)},
    code=str(target / "src"),
    command="python3 double.py ${{inputs.number}} ${{outputs.result}} ${{outputs.is_large}} $[[${{inputs.data}}]]",
    environment=ENVIRONMENT,
    is_deterministic=True,
).component


@dsl.pipeline(name="inner", display_name="Twice")
def twice(number: float):
    first = double(number=number)
    second = double(number=number, data=first.outputs.result)
    second.set_resources(instance_count=1)
    return {"last": second.outputs.result}


@dsl.pipeline(name="command_pipeline", description="Commands and data between them", experiment_name="dsl")
def commands(number: float = 2.0):
    one = double(number=number)
    one.environment_variables = {"GREETING": "good day"}
    two = double(number=3, data=one.outputs.result)
    two.identity = None
    return {"result": two.outputs.result}


@dsl.pipeline(name="nested_pipeline", experiment_name="dsl")
def nested(number: float = 2.0):
    inner = twice(number=number)
    outer = double(number=1, data=inner.outputs.last)
    return {"result": outer.outputs.result}


@dsl.pipeline(name="sweep_pipeline", experiment_name="dsl")
def sweeping():
    trial = command(
        inputs={"number": Choice([1, 2]), "scale": Choice([0.1, 0.2])},
        outputs={"result": Output(type="uri_file")},
        code=str(target / "src"),
        command="python3 double.py ${{inputs.number}} ${{outputs.result}}",
        environment=ENVIRONMENT,
    )
    best = trial.sweep(
        primary_metric="value",
        goal="maximize",
        sampling_algorithm="grid",
        early_termination_policy=BanditPolicy(slack_factor=0.1, evaluation_interval=2),
        max_total_trials=4,
        max_concurrent_trials=2,
    )
    best.set_limits(timeout=600)
    after = double(number=1, data=best.outputs.result)
    return {"result": after.outputs.result}


@dsl.pipeline(name="parallel_pipeline", experiment_name="dsl")
def parallel(files: Input):
    score = parallel_run_function(
        name="score",
        inputs={"files": Input(type="uri_folder")},
        outputs={"rows": Output(type="uri_file")},
        input_data="${{inputs.files}}",
        instance_count=1,
        max_concurrency_per_instance=2,
        mini_batch_size="2",
        mini_batch_error_threshold=1,
        error_threshold=0,
        retry_settings=RetrySettings(max_retries=1, timeout=60),
        task=RunFunction(
            code=str(target / "src"),
            entry_script="score.py",
            environment=ENVIRONMENT,
            append_row_to="${{outputs.rows}}",
        ),
    )
    return {"rows": score(files=files).outputs.rows}


def dump(name, job):
    job.settings.default_compute = "local"
    (target / f"{name}.yml").write_text(job._to_yaml())


(target / "files").mkdir(exist_ok=True)
for number in range(5):
    (target / "files" / f"{number}.txt").write_text(str(number))
dump("commands", commands())
dump("nested", nested())
dump("sweep", sweeping())
dump("parallel", parallel(Input(type="uri_folder", path=str(target / "files"))))

try:
    from azure.ai.ml.dsl._condition import condition
except ImportError:
    condition = None
if condition is not None:

    @dsl.pipeline(name="conditional_pipeline", experiment_name="dsl")
    def conditional():
        first = double(number=10)
        large = double(number=20)
        small = double(number=1)
        condition(condition=first.outputs.is_large, true_block=large, false_block=small)

    dump("condition", conditional())

try:
    from azure.ai.ml.dsl._do_while import do_while
except ImportError:
    do_while = None
if do_while is not None:

    @dsl.pipeline(name="loop_pipeline", experiment_name="dsl", on_init="set_up", on_finalize="clean_up")
    def looping():
        set_up = double(number=0)
        body = double(number=6)
        do_while(
            body=body,
            condition=body.outputs.is_large,
            mapping={"result": body.inputs.data},
            max_iteration_count=3,
        )
        after = double(number=1, data=body.outputs.result)
        clean_up = double(number=100)
        clean_up.display_name = set_up.display_name = "Around everything"
        return {"result": after.outputs.result}

    dump("loop", looping())
double_file = target / "double.yml"
double.dump(double_file)
print(load_component(double_file).name, sorted(path.name for path in target.glob("*.yml")))
