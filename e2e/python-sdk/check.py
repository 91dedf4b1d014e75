"""Uses the client as its documentation says, against a server that runs; prints what it found."""

import json
import sys
import time
from pathlib import Path

from sluiceworks import Client, JobFailed, PublishedPipeline, SluiceError

folder, data = Path(sys.argv[1]), sys.argv[2]


def write(name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refused(action, code: str) -> SluiceError:
    try:
        action()
    except SluiceError as error:
        assert error.code == code, (error.code, error.message)
        return error
    raise AssertionError(f"it was not refused with {code}")


pipeline = write(
    "pipeline.yml",
    """
type: pipeline
inputs: {word: hello, times: 2}
outputs: {said: {type: uri_file}, parts: {type: uri_folder}}
jobs:
  say:
    command: >-
      for i in $(seq ${{inputs.times}}); do echo "${{inputs.word}} größe $i"; sleep 0.1; done;
      echo ${{inputs.word}} > ${{outputs.said}}; mkdir -p ${{outputs.parts}}/a/b;
      echo one > ${{outputs.parts}}/a/b/1.txt; : > ${{outputs.parts}}/empty; printf 'no end'
    inputs: {word: "${{parent.inputs.word}}", times: "${{parent.inputs.times}}"}
    outputs: {said: "${{parent.outputs.said}}", parts: "${{parent.outputs.parts}}"}
""",
)
failing = write("failing.yml", "command: echo before; exit 3\n")
waiting = write("waiting.yml", "command: echo up; sleep 600\n")

client = Client(data=data)
job = client.submit(pipeline, inputs={"word": "hi", "times": 3}, experiment_name="sdk")
lines = list(job.stream())
assert lines == ["say | hi größe 1", "say | hi größe 2", "say | hi größe 3", "say | no end"], lines
assert job.wait(60).status == "Completed" and job.has_ended
assert [(step.path, step.status) for step in job.steps()] == [("say", "Completed")]
assert job.outputs["said"].type == "uri_file" and len(job.outputs["said"].digest or "") == 64
[said] = job.download("said", folder / "here")
assert said.read_text() == "hi\n" and said.name == "said"
parts = sorted(path.relative_to(folder / "here").as_posix() for path in job.download("parts", folder / "here"))
assert parts == ["a/b/1.txt", "empty"], parts
assert (folder / "here" / "empty").read_bytes() == b""
error = refused(lambda: job.download("sadi", folder), "not-found")
assert "said" in (error.hint or ""), error

failed = client.submit(failing)
try:
    failed.wait(60)
    raise AssertionError("a failed job was waited for without an error")
except JobFailed as failure:
    assert failure.job is failed and "exit code 3" in failure.message
assert failed.wait(check=False).log() == "before"
assert failed.retry().wait(60, check=False).status == "Failed"

running = client.submit(waiting)
while "up" not in running.log():
    time.sleep(0.05)
try:
    running.wait(0.2)
    raise AssertionError("it ended")
except TimeoutError as late:
    assert running.name in str(late)
assert running.cancel().wait(60, check=False).status == "Canceled"

plan = client.plan(pipeline, inputs={"word": "hi", "times": 3})
assert [step["path"] for step in plan] == ["say"], plan
assert {found.name for found in client.jobs(experiment_name="sdk")} == {job.name}
assert list(client.models()) == []
refused(lambda: client.job("no_such_job"), "not-found")
refused(lambda: client.model("no_such_model"), "not-found")
mistakes = refused(lambda: client.submit(write("wrong.yml", "comand: x\n")), "invalid-document")
assert mistakes.status == 422
refused(lambda: Client("http://127.0.0.1:9", timeout=2).job("x"), "server-unreachable")

published = client.publish(pipeline, "greeter", description="Says a word")
assert [one["name"] for one in client.published_pipelines()] == ["greeter"]
elsewhere = PublishedPipeline(published.address, published.key)
started = elsewhere.submit({"word": "hey"}, tags={"BuildId": "17"}, idempotency_key="build-17")
assert started.wait(60).status == "Completed"
assert elsewhere.submit({"word": "hey"}, tags={"BuildId": "17"}, idempotency_key="build-17").name == started.name
wrong = refused(lambda: elsewhere.submit({"wrod": "hey", "times": "many"}), "invalid-request")
assert "wrod" in wrong.message and wrong.status == 400
refused(lambda: PublishedPipeline(published.address, "nonsense").submit(), "unauthenticated")

print(json.dumps({"python": sys.version_info[:2], "job": job.name}))
