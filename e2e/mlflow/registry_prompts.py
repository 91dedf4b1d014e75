"""Prompts through the real client (mlflow 3): registered models under another name, hidden among models."""

from expect import refused

import mlflow
from mlflow import MlflowClient

client = MlflowClient()

first = mlflow.genai.register_prompt("greet", "Hi {{name}}", commit_message="first", tags={"lang": "en"})
second = mlflow.genai.register_prompt("greet", "Hello {{name}}", commit_message="second")
assert (first.version, second.version) == (1, 2)
mlflow.genai.set_prompt_alias("greet", alias="production", version=1)
assert mlflow.genai.load_prompt("greet", version=2).template == "Hello {{name}}"
assert mlflow.genai.load_prompt("prompts:/greet@production").format(name="Ada") == "Hi Ada"
assert mlflow.genai.load_prompt("prompts:/greet@latest").template == "Hello {{name}}"
prompt = mlflow.genai.load_prompt("greet", version=1)
assert (prompt.tags, prompt.commit_message) == ({"lang": "en"}, "first"), prompt
assert mlflow.genai.load_prompt("nope", allow_missing=True) is None

mlflow.genai.set_prompt_tag("greet", "owner", "ada")
mlflow.genai.set_prompt_version_tag("greet", 2, "checked", "yes")
assert client.get_prompt_version("greet", "2").tags == {"checked": "yes"}
chat = mlflow.genai.register_prompt("chat", [{"role": "user", "content": "{{question}}"}])
assert mlflow.genai.load_prompt("chat", version=chat.version).template == chat.template
assert [p.name for p in mlflow.genai.search_prompts()] == ["chat", "greet"]
assert [p.name for p in mlflow.genai.search_prompts(filter_string="tags.owner = 'ada'")] == ["greet"]

# Models and prompts do not see each other, but share their names.
client.create_registered_model("a-model-beside")
assert not {"greet", "chat"} & {model.name for model in client.search_registered_models()}
assert not {"greet", "chat"} & {version.name for version in client.search_model_versions()}
assert "a-model-beside" not in {p.name for p in mlflow.genai.search_prompts()}
taken = "but the name is already taken by a prompt"
refused(lambda: client.create_registered_model("greet"), taken, "RESOURCE_ALREADY_EXISTS")

client.delete_prompt_alias("greet", "production")
client.delete_prompt_version("greet", "1")
assert mlflow.genai.load_prompt("greet", version=1, allow_missing=True) is None
assert mlflow.genai.register_prompt("greet", "Hey {{name}}").version == 3
