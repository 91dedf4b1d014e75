"""Webhooks through mlflow 3: what a receiver on this machine is sent, and what is refused."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time

from expect import refused

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
received, failures = [], {"left": 0}


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        received.append((dict(self.headers.items()), body))
        failures["left"] -= 1
        self.send_response(503 if failures["left"] >= 0 else 200)
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *_):
        pass


receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{receiver.server_port}/hook"


def wait_for(count):
    for _ in range(200):
        if len(received) >= count:
            break
        time.sleep(0.05)
    return [(f"{told['entity']}.{told['action']}", told["data"]) for told in (json.loads(body) for _, body in received)]


everything = [
    "registered_model.created",
    "model_version.created",
    "model_version_tag.set",
    "model_version_tag.deleted",
    "model_version_alias.created",
    "model_version_alias.deleted",
    "prompt.created",
    "prompt_version.created",
    "prompt_tag.set",
    "prompt_tag.deleted",
    "prompt_version_tag.set",
    "prompt_version_tag.deleted",
    "prompt_alias.created",
    "prompt_alias.deleted",
]
webhook = client.create_webhook(name="all", url=url, events=everything, secret="s3cret", description="d")
assert (webhook.name, webhook.url, webhook.status, len(webhook.events)) == ("all", url, "ACTIVE", 14), webhook
assert client.get_webhook(webhook.webhook_id).description == "d"

# Signed: id, time and body together.
tested = client.test_webhook(webhook.webhook_id, event="model_version.created")
assert (tested.success, tested.response_status, tested.response_body) == (True, 200, "thanks"), tested
headers, body = received.pop()
signed = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.{body}"
digest = base64.b64encode(hmac.new(b"s3cret", signed.encode(), hashlib.sha256).digest()).decode()
assert headers["x-mlflow-signature"] == f"v1,{digest}", headers
assert json.loads(body)["entity"] == "model_version" and abs(int(headers["x-mlflow-timestamp"]) - time.time()) < 60

client.create_registered_model("hooked", tags={"a": "b"}, description="ü")
version = client.create_model_version("hooked", "s3://bucket/model", description="v")
client.set_model_version_tag("hooked", "1", "k", "v")
client.delete_model_version_tag("hooked", "1", "k")
client.set_registered_model_alias("hooked", "champion", "1")
client.delete_registered_model_alias("hooked", "champion")
told = wait_for(6)
assert sorted(name for name, _ in told) == sorted(everything[:6]), told
told = dict(told)
assert told["registered_model.created"] == {"name": "hooked", "tags": {"a": "b"}, "description": "ü"}, told
assert told["model_version.created"]["source"] == "s3://bucket/model" and told["model_version.created"]["version"] == "1"
assert told["model_version_tag.set"] == {"name": "hooked", "version": "1", "key": "k", "value": "v"}
assert told["model_version_tag.deleted"] == {"name": "hooked", "version": "1", "key": "k"}
assert told["model_version_alias.created"] == {"name": "hooked", "alias": "champion", "version": "1"}
assert told["model_version_alias.deleted"] == {"name": "hooked", "alias": "champion"}

received.clear()
mlflow.genai.register_prompt("asked", "Hi {{name}}", commit_message="first", tags={"lang": "en"})
mlflow.genai.set_prompt_tag("asked", "owner", "ada")
mlflow.genai.delete_prompt_tag("asked", "owner")
mlflow.genai.set_prompt_version_tag("asked", 1, "checked", "yes")
mlflow.genai.delete_prompt_version_tag("asked", 1, "checked")
mlflow.genai.set_prompt_alias("asked", alias="production", version=1)
mlflow.genai.delete_prompt_alias("asked", alias="production")
names = [name for name, _ in wait_for(9)]
assert set(everything[6:]) <= set(names), names
told = wait_for(9)
assert dict(told)["prompt_version.created"]["template"] == "Hi {{name}}", told
assert ("prompt_tag.set", {"name": "asked", "key": "owner", "value": "ada"}) in told, told

# A receiver that is busy is asked again, with the same id.
received.clear()
failures["left"] = 2
client.create_registered_model("again")
wait_for(3)
assert len({headers["x-mlflow-delivery-id"] for headers, _ in received}) == 1 and len(received) == 3, received

# Only what it asks for, only while it is active.
received.clear()
failures["left"] = 0
client.update_webhook(webhook.webhook_id, events=["model_version.created"], name="versions")
client.create_registered_model("untold")
client.create_model_version("untold", "s3://bucket/model")
assert [name for name, _ in wait_for(1)] == ["model_version.created"]
client.update_webhook(webhook.webhook_id, status="DISABLED")
assert client.get_webhook(webhook.webhook_id).status == "DISABLED"
client.create_model_version("untold", "s3://bucket/model")
client.update_webhook(webhook.webhook_id, status="ACTIVE")
client.create_model_version("untold", "s3://bucket/model")
wait_for(2)
assert [json.loads(body)["data"]["version"] for _, body in received] == ["1", "3"], received

for number in range(3):
    client.create_webhook(name=f"more-{number}", url="https://example.org/hook", events=["prompt.created"])
page = client.list_webhooks(max_results=3)
assert [one.name for one in page] == ["more-2", "more-1", "more-0"] and page.token
assert [one.name for one in client.list_webhooks(max_results=3, page_token=page.token)] == ["versions"]


def create(**given):
    return lambda: client.create_webhook(**{"name": "x", "url": url, "events": ["prompt.created"], **given})


# Nothing on this machine or its network but what the settings allow.
for private in (
    "https://localhost/",
    "https://127.2/",
    "https://0x7f000002/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[fe80::1]/",
    "https://192.168.1.1:8080/",
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "https://user:password@example.org/",
    "no url",
):
    refused(create(url=private), "cannot be called", "INVALID_PARAMETER_VALUE")
refused(create(name="-bad-"), "is invalid", "INVALID_PARAMETER_VALUE")
client.delete_webhook(webhook.webhook_id)
refused(lambda: client.get_webhook(webhook.webhook_id), "not found", "RESOURCE_DOES_NOT_EXIST")
