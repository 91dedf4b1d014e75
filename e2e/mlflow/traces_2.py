"""Traces through mlflow 2: their info is sent when they begin and end, their spans are an artifact."""

import time

from expect import pages, refused

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
experiment = mlflow.set_experiment("old traces").experiment_id


@mlflow.trace(name="answer", span_type="TOOL", attributes={"n": 3})
def answer(question):
    mlflow.update_current_trace(tags={"lang": "de"})
    if question == "fail":
        raise ValueError("on purpose")
    return question.upper()


assert answer("grüße") == "GRÜSSE"
try:
    answer("fail")
except ValueError:
    pass
with mlflow.start_run() as run:
    answer("in a run")


def found(filter_string=None, **more):
    return client.search_traces(experiment_ids=[experiment], filter_string=filter_string, **more)


for _ in range(100):
    if len(found()) == 3 and all(trace.info.status != "IN_PROGRESS" for trace in found()):
        break
    time.sleep(0.1)
third, second, first = found()
assert [trace.info.status for trace in (first, second, third)] == ["OK", "ERROR", "OK"]
assert first.info.tags["lang"] == "de" and first.info.request_id.startswith("tr-")
assert first.info.execution_time_ms >= 0
assert first.data.spans[0].inputs == {"question": "grüße"} and first.data.spans[0].outputs == "GRÜSSE"
assert mlflow.get_trace(second.info.request_id).data.spans[0].status.status_code == "ERROR"


def ids(filter_string=None, **more):
    return [trace.info.request_id for trace in found(filter_string, **more)]


one, two, three = (trace.info.request_id for trace in (first, second, third))
assert ids("status = 'OK'") == [three, one]
assert ids("tags.lang = 'de' AND status = 'ERROR'") == [two]
assert ids(f"attributes.run_id = '{run.info.run_id}'") == [three]
assert ids("name = 'answer'", order_by=["timestamp_ms ASC"]) == [one, two, three]
refused(lambda: ids("status = 5"), "Expected a quoted string value", "INVALID_PARAMETER_VALUE")
everything, count = pages(lambda page_token: found(max_results=2, page_token=page_token))
assert (len(everything), count) == (3, 2)

# Spans that are begun and ended by hand, over two calls.
root = client.start_trace("by hand", experiment_id=experiment, inputs={"a": 1}, tags={"hand": "yes"})
span = client.start_span("child", request_id=root.request_id, parent_id=root.span_id)
client.end_span(root.request_id, span.span_id, outputs=2)
client.end_trace(root.request_id, outputs={"b": 2})
for _ in range(100):
    if ids("tags.hand = 'yes' AND status = 'OK'"):
        break
    time.sleep(0.1)
trace = client.get_trace(root.request_id)
assert [span.name for span in trace.data.spans] == ["by hand", "child"]

client.set_trace_tag(one, "later", "ü")
assert client.get_trace(one).info.tags["later"] == "ü"
client.delete_trace_tag(one, "later")
refused(lambda: client.delete_trace_tag(one, "later"), "No trace tag with key 'later'", "RESOURCE_DOES_NOT_EXIST")
refused(lambda: client.get_trace("tr-none"), "not found", "RESOURCE_DOES_NOT_EXIST")
assert client.delete_traces(experiment, request_ids=[one, "tr-none"]) == 1
assert client.delete_traces(experiment, max_timestamp_millis=int(time.time() * 1000) + 1000) == 3
assert found() == []
