"""The registry through the real client: models, versions, tags, aliases, stages, searches, and what is refused."""

from expect import pages, refused

from mlflow import MlflowClient

client = MlflowClient()
missing = "RESOURCE_DOES_NOT_EXIST"
invalid = "INVALID_PARAMETER_VALUE"

# Models.
model = client.create_registered_model("diabetes", tags={"team": "heart"}, description="first")
assert (model.name, model.description, model.tags) == ("diabetes", "first", {"team": "heart"}), model
taken = "Registered Model (name=diabetes) already exists."
refused(lambda: client.create_registered_model("diabetes"), taken, "RESOURCE_ALREADY_EXISTS")
refused(lambda: client.create_registered_model("a/b"), "Names cannot contain '/' or ':'.", invalid)
refused(lambda: client.get_registered_model("nope"), "Registered Model with name=nope not found", missing)
client.update_registered_model("diabetes", description="Ridge")
client.set_registered_model_tag("diabetes", "stage of life", "adult")
client.set_registered_model_tag("diabetes", "gone", "soon")
client.delete_registered_model_tag("diabetes", "gone")
model = client.get_registered_model("diabetes")
assert (model.description, model.tags) == ("Ridge", {"team": "heart", "stage of life": "adult"}), model

# Versions.
run = client.create_run(client.create_experiment("e2e registry"))
other = client.create_run(run.info.experiment_id)
source = f"{run.info.artifact_uri}/model"


def create_version(source=source, run_id=run.info.run_id, **more):
    return client.create_model_version("diabetes", source, run_id, **more)


for number in ("1", "2", "3"):
    version = create_version(tags={"number": number}, description=f"v{number}")
    assert (version.version, version.status, version.current_stage) == (number, "READY", "None"), version
version = client.get_model_version("diabetes", "2")
assert (version.source, version.run_id, version.tags) == (source, run.info.run_id, {"number": "2"}), version
assert client.get_model_version_download_uri("diabetes", "2") == source
client.set_model_version_tag("diabetes", "2", "checked", "yes")
client.delete_model_version_tag("diabetes", "2", "number")
client.update_model_version("diabetes", "2", description="better")
version = client.get_model_version("diabetes", "2")
assert (version.description, version.tags) == ("better", {"checked": "yes"}), version
no_version = "Model Version (name=diabetes, version=99) not found"
refused(lambda: client.get_model_version("diabetes", "99"), no_version, missing)

# A version is of the run it names, and of no file of the server.
refused(lambda: create_version(source="file:///etc"), "To use a local path as a model version source", invalid)
refused(lambda: create_version(source=f"{source}/../../x"), "without relative path references", invalid)
refused(lambda: create_version(source=f"{source}/%252e%252e/x"), "without relative path references", invalid)
refused(lambda: create_version(run_id=other.info.run_id), "must identify the resource that contains", invalid)
refused(lambda: create_version(run_id=None), "must identify the resource that contains", invalid)
refused(lambda: create_version(source="http://127.0.0.1:1/x"), "cannot use the 'http' scheme", invalid)

# Aliases.
client.set_registered_model_alias("diabetes", "champion", "1")
client.set_registered_model_alias("diabetes", "champion", "2")
client.set_registered_model_alias("diabetes", "challenger", "3")
assert client.get_model_version_by_alias("diabetes", "champion").version == "2"
assert client.get_model_version_by_alias("diabetes", "latest").version == "3"
assert list(client.get_model_version("diabetes", "2").aliases) == ["champion"]
assert client.get_registered_model("diabetes").aliases == {"champion": "2", "challenger": "3"}
client.delete_registered_model_alias("diabetes", "challenger")
unset = "Registered model alias challenger not found."
refused(lambda: client.get_model_version_by_alias("diabetes", "challenger"), unset, invalid)
refused(lambda: client.set_registered_model_alias("diabetes", "latest", "1"), "is reserved", invalid)
refused(lambda: client.set_registered_model_alias("diabetes", "v2", "1"), "is reserved", invalid)
refused(lambda: client.set_registered_model_alias("diabetes", "x", "99"), no_version, missing)

# Stages.
client.transition_model_version_stage("diabetes", "1", "Production")
client.transition_model_version_stage("diabetes", "2", "production", archive_existing_versions=True)
stages = [client.get_model_version("diabetes", number).current_stage for number in ("1", "2", "3")]
assert stages == ["Archived", "Production", "None"], stages
newest = {version.current_stage: version.version for version in client.get_latest_versions("diabetes")}
assert newest == {"Archived": "1", "Production": "2", "None": "3"}, newest
assert [v.version for v in client.get_latest_versions("diabetes", ["Production"])] == ["2"]
refused(lambda: client.transition_model_version_stage("diabetes", "1", "Shelf"), "stage: Shelf.", invalid)

# Searches.
for index in range(5):
    client.create_registered_model(f"other-{index}", tags={"kind": "odd" if index % 2 else "even"})
found = client.search_registered_models("name LIKE 'other-%'", order_by=["name DESC"])
assert [m.name for m in found] == [f"other-{index}" for index in (4, 3, 2, 1, 0)], found
assert [m.name for m in client.search_registered_models("tags.kind = 'odd'")] == ["other-1", "other-3"]
paged, count = pages(lambda page_token: client.search_registered_models(max_results=4, page_token=page_token))
assert ([m.name for m in paged], count) == (["diabetes"] + [f"other-{index}" for index in range(5)], 2), paged
found = client.search_model_versions("name = 'diabetes'", order_by=["version_number ASC"])
assert [v.version for v in found] == ["1", "2", "3"], found
assert len(client.search_model_versions(f"run_id = '{run.info.run_id}'")) == 3
assert len(client.search_model_versions("tags.checked = 'yes' AND version_number > 1")) == 1
refused(lambda: client.search_registered_models("name = 'a' OR name = 'b'"), "Invalid clause(s)", invalid)

# Renaming and deleting.
client.rename_registered_model("other-0", "renamed")
assert client.get_registered_model("renamed").tags == {"kind": "even"}
taken = "Registered Model (name=other-1) already exists."
refused(lambda: client.rename_registered_model("renamed", "other-1"), taken, "RESOURCE_ALREADY_EXISTS")
client.delete_model_version("diabetes", "3")
assert create_version().version == "4"
client.delete_model_version("diabetes", "2")
assert client.get_registered_model("diabetes").aliases == {}
client.delete_registered_model("diabetes")
refused(lambda: client.get_registered_model("diabetes"), "not found", missing)
