"""Prompts through mlflow 2: the same registered models under another name."""

from expect import refused

import mlflow
from mlflow import MlflowClient

client = MlflowClient()

first = mlflow.register_prompt("old-greet", "Hi {{name}}", commit_message="first", version_metadata={"author": "ada"})
second = mlflow.register_prompt("old-greet", "Hello {{name}}", tags={"lang": "en"})
assert (int(first.version), int(second.version)) == (1, 2)
assert mlflow.load_prompt("old-greet", version=1).template == "Hi {{name}}"
mlflow.set_prompt_alias("old-greet", "production", 1)
prompt = mlflow.load_prompt("prompts:/old-greet@production")
assert prompt.format(name="Ada") == "Hi Ada" and prompt.commit_message == "first"
assert prompt.version_metadata == {"author": "ada"}, prompt.version_metadata
assert "old-greet" not in [model.name for model in client.search_registered_models()]
mlflow.delete_prompt_alias("old-greet", "production")
refused(lambda: mlflow.load_prompt("prompts:/old-greet@production"), "does not exist")
with mlflow.start_run() as run:
    client.log_prompt(run.info.run_id, "prompts:/old-greet/2")
assert [found.name for found in client.list_logged_prompts(run.info.run_id)] == ["old-greet"]
mlflow.delete_prompt("old-greet", 1)
refused(lambda: mlflow.load_prompt("old-greet", version=1), "not found")
