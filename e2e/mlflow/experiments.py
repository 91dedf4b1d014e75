"""Experiments through the real client: made, found, renamed, tagged, deleted, restored."""

from expect import pages, refused

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType

client = MlflowClient()

default = client.get_experiment("0")
assert default.name == "Default" and default.artifact_location == "mlflow-artifacts:/0", default

first = client.create_experiment("e2e first", tags={"team": "Blue", "x y": "1"})
second = mlflow.set_experiment("e2e second").experiment_id
assert mlflow.set_experiment("e2e second").experiment_id == second
assert first != second and first.isdigit()

found = client.get_experiment_by_name("e2e first")
assert (found.experiment_id, found.tags) == (first, {"team": "Blue", "x y": "1"}), found
assert found.creation_time > 1_600_000_000_000
assert client.get_experiment_by_name("e2e none") is None
refused(lambda: client.create_experiment("e2e first"), "already exists", "RESOURCE_ALREADY_EXISTS")
refused(lambda: client.get_experiment("987654"), "No Experiment with id=987654 exists", "RESOURCE_DOES_NOT_EXIST")
refused(lambda: client.create_experiment("e2e runs", artifact_location="runs:/x"), "runs:/ URI")

client.set_experiment_tag(first, "team", "red")
assert client.get_experiment(first).tags["team"] == "red"
if hasattr(client, "delete_experiment_tag"):
    client.set_experiment_tag(first, "gone", "1")
    client.delete_experiment_tag(first, "gone")
    assert "gone" not in client.get_experiment(first).tags
client.rename_experiment(first, "e2e renamed")


def names(**query):
    return [e.name for e in mlflow.search_experiments(**query)]


assert names(filter_string="name LIKE 'e2e %'", order_by=["name"]) == ["e2e renamed", "e2e second"]
assert names(filter_string="name ILIKE 'E2E REN%'") == ["e2e renamed"]
assert names(filter_string="tags.team = 'red' AND tags.`x y` = '1'") == ["e2e renamed"]
since = f"creation_time >= {found.creation_time} and name != 'Default'"
assert names(filter_string=since, order_by=["experiment_id DESC"]) == ["e2e second", "e2e renamed"]
refused(lambda: names(filter_string="nothing = 'x'"), "Invalid attribute key 'nothing' specified")

client.delete_experiment(first)
assert "e2e renamed" not in names()
assert "e2e renamed" in names(view_type=ViewType.DELETED_ONLY)
assert client.get_experiment(first).lifecycle_stage == "deleted"
refused(lambda: client.create_run(first), "must be in the 'active' state", "INVALID_PARAMETER_VALUE")
refused(lambda: mlflow.set_experiment("e2e renamed"), "deleted experiment")
client.restore_experiment(first)
assert client.get_experiment(first).lifecycle_stage == "active"

for index in range(7):
    client.create_experiment(f"e2e page {index}")
everything, count = pages(
    lambda page_token: client.search_experiments(
        filter_string="name LIKE 'e2e page %'", order_by=["name"], max_results=3, page_token=page_token
    )
)
assert ([e.name for e in everything], count) == ([f"e2e page {i}" for i in range(7)], 3)
