"""Searching runs through the real client: 17 filters, 9 orders, pages."""

import math

from expect import pages, refused

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType

client = MlflowClient()
experiment = mlflow.set_experiment("e2e search").experiment_id
ids = {}
for start, (name, metrics, params, tags) in enumerate(
    [
        ("one", {"acc": 0.9, "val loss": 1.0}, {"lr": "0.1", "model": "Ridge"}, {"team": "Blue"}),
        ("two", {"acc": 0.5}, {"lr": "0.2", "model": "ridge"}, {"team": "red"}),
        ("nan", {"acc": math.nan}, {"model": "Lasso_x"}, {}),
        ("none", {}, {}, {"team": "blue"}),
        ("inf", {"acc": math.inf}, {"lr": "0.1"}, {}),
    ],
    start=1,
):
    run = client.create_run(experiment, start_time=start, run_name=name, tags=tags)
    ids[name] = run.info.run_id
    for key, value in metrics.items():
        client.log_metric(run.info.run_id, key, value)
    for key, value in params.items():
        client.log_param(run.info.run_id, key, value)
client.set_terminated(ids["one"], "FINISHED", end_time=50)
client.set_terminated(ids["two"], "FAILED", end_time=60)


def names(filter_string="", order_by=None, **more):
    found = client.search_runs([experiment], filter_string=filter_string, order_by=order_by, **more)
    return " ".join(run.info.run_name for run in found)


filters = {
    "metrics.acc > 0.5": "inf one",
    "metrics.acc >= 0.5 and metrics.acc < 1": "two one",
    "metrics.`val loss` = 1": "one",
    "metrics.acc != 0.9": "inf nan two",
    "params.lr = '0.1'": "inf one",
    "params.lr != '0.1'": "two",
    "params.model LIKE 'R%'": "one",
    "params.model ILIKE 'r_dge'": "two one",
    "params.\"model\" = 'Lasso_x'": "nan",
    "tags.team ILIKE 'BLUE'": "none one",
    "tags.team != 'red'": "none one",
    "attributes.status = 'FINISHED'": "one",
    "status != 'RUNNING'": "two one",
    f"attributes.run_id IN ('{ids['one']}', '{ids['nan']}')": "nan one",
    "attributes.run_name LIKE '%n%'": "inf none nan one",
    "attributes.start_time > 3 AND tags.team = 'blue'": "none",
    "attributes.end_time >= 60": "two",
}
assert len(filters) == 17
for filter_string, expected in filters.items():
    assert names(filter_string) == expected, (filter_string, names(filter_string), expected)

orders = [
    ([], "inf none nan two one"),
    (["metrics.acc ASC"], "two one inf nan none"),
    (["metrics.acc DESC"], "inf one two nan none"),
    (["params.lr ASC"], "inf one two none nan"),
    (["params.lr DESC", "start_time ASC"], "two one inf nan none"),
    (["tags.team"], "one none two inf nan"),
    (["attributes.run_name DESC"], "two one none nan inf"),
    (["start_time ASC"], "one two nan none inf"),
    (["attributes.end_time DESC", "metrics.acc"], "two one inf nan none"),
]
assert len(orders) == 9
for order_by, expected in orders:
    assert names(order_by=order_by) == expected, (order_by, names(order_by=order_by), expected)

for order_by, _ in orders:
    for size in (1, 2, 3):
        found, count = pages(
            lambda page_token: client.search_runs([experiment], order_by=order_by, max_results=size, page_token=page_token)
        )
        assert " ".join(run.info.run_name for run in found) == names(order_by=order_by), (order_by, size)
        assert count == math.ceil(5 / size)

refused(lambda: names("metrics.acc > 'x'"), "Expected numeric value type for metric. Found 'x'", "INVALID_PARAMETER_VALUE")
refused(lambda: names("dummy.acc > 1"), "Invalid entity type 'dummy'")
refused(lambda: names("acc > 1"), "Invalid attribute key 'acc' specified")
refused(lambda: names("params.lr = 5"), "Expected a quoted string value for param")
refused(lambda: names("metrics.acc > 1 OR metrics.acc < 0"), "Invalid clause(s) in filter string")
refused(lambda: names("status IN ('RUNNING')"), "list of quoted string values")
refused(lambda: names(order_by=["metrics.acc", "metrics.acc DESC"]), "duplicate fields")
refused(lambda: names(order_by=["m.acc"]), "Invalid entity type 'm'")
refused(lambda: names(max_results=50_001), "Invalid value 50001 for parameter 'max_results' supplied")
refused(lambda: names(page_token="bogus"), "Invalid page token")

client.delete_run(ids["none"])
assert names(order_by=["start_time"]) == "one two nan inf"
assert names(run_view_type=ViewType.DELETED_ONLY) == "none"
assert names(run_view_type=ViewType.ALL, order_by=["start_time"]) == "one two nan none inf"

frame = mlflow.search_runs(experiment_names=["e2e search"], filter_string="metrics.acc < 1", order_by=["metrics.acc"])
assert list(frame["metrics.acc"]) == [0.5, 0.9] and list(frame["params.lr"]) == ["0.2", "0.1"]
