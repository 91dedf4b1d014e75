"""Traces through mlflow 3: the decorator's way (OTLP), plain OpenTelemetry, search, assessments, links, deleting."""

import gzip
import json
import sys
import time
import zlib

from expect import pages, refused

import requests
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import mlflow
from mlflow import MlflowClient
from mlflow.entities import AssessmentError, AssessmentSource, SpanType

client = MlflowClient()
experiment = mlflow.set_experiment("traces").experiment_id


@mlflow.trace(span_type=SpanType.TOOL, attributes={"flavour": "sweet", "n": 3, "deep": {"a": [1, 2.5, None, True]}})
def look_up(word):
    return {"found": word.upper()}


@mlflow.trace(name="answer")
def answer(question, fails=False):
    mlflow.update_current_trace(tags={"kind": "test", "lang": "de"}, metadata={"mlflow.trace.session": "s-1"})
    found = look_up(question)
    if fails:
        raise ValueError("on purpose: ünïcode")
    return found["found"]


assert answer("grüße") == "GRÜSSE"
first = mlflow.get_last_active_trace_id()
mlflow.flush_trace_async_logging()
trace = mlflow.get_trace(first)
assert trace.info.trace_id == first and trace.info.state == "OK", trace.info
assert trace.info.experiment_id == experiment
assert trace.info.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE", trace.info.tags
assert (trace.info.tags["kind"], trace.info.tags["mlflow.traceName"]) == ("test", "answer")
assert trace.info.trace_metadata["mlflow.trace.session"] == "s-1"
assert [span.name for span in trace.data.spans] == ["answer", "look_up"]
root, tool = trace.data.spans
assert (root.parent_id, tool.parent_id) == (None, root.span_id)
assert root.inputs == {"question": "grüße", "fails": False} and root.outputs == "GRÜSSE", root.inputs
assert tool.span_type == "TOOL" and tool.get_attribute("n") == 3
assert tool.get_attribute("deep") == {"a": [1, 2.5, None, True]}, tool.attributes
assert tool.start_time_ns >= root.start_time_ns > 10**18 and tool.end_time_ns <= root.end_time_ns
assert "grüße" in trace.info.request_preview and trace.info.execution_duration is not None

try:
    answer("oops", fails=True)
except ValueError:
    pass
failed = mlflow.get_last_active_trace_id()
mlflow.flush_trace_async_logging()
trace = mlflow.get_trace(failed)
assert trace.info.state == "ERROR" and trace.data.spans[0].status.status_code == "ERROR"
event = trace.data.spans[0].events[0]
assert event.name == "exception" and "ünïcode" in event.attributes["exception.message"], event

# In a run; linked to another one afterwards.
with mlflow.start_run() as run:
    answer("in a run")
in_run = mlflow.get_last_active_trace_id()
with mlflow.start_run() as other:
    pass
mlflow.flush_trace_async_logging()
client.link_traces_to_run([first, "tr-unknown"], other.info.run_id)


def ids(filter_string=None, **more):
    found = client.search_traces(locations=[experiment], filter_string=filter_string, **more)
    return [trace.info.trace_id for trace in found]


assert ids() == [in_run, failed, first], ids()
assert ids(order_by=["timestamp_ms ASC"]) == [first, failed, in_run]
assert ids(order_by=["name", "status DESC"]) == [in_run, first, failed]
assert len(ids(max_results=2)) == 2
searches = {
    "status = 'ERROR'": [failed],
    "trace.status != 'ERROR'": [in_run, first],
    "attributes.status IN ('OK', 'IN_PROGRESS')": [in_run, first],
    f"request_id = '{first}'": [first],
    "name = 'answer' AND tags.lang = 'de'": [in_run, failed, first],
    "tags.lang LIKE 'D%'": [],
    "tag.lang ILIKE 'D%'": [in_run, failed, first],
    "tags.kind RLIKE '^te.t$'": [in_run, failed, first],
    "tags.kind RLIKE '^es'": [],
    "tags.none IS NULL AND tags.lang IS NOT NULL": [in_run, failed, first],
    "metadata.`mlflow.trace.session` = 's-1'": [in_run, failed, first],
    f"run_id = '{run.info.run_id}'": [in_run],
    f"attributes.run_id = '{other.info.run_id}'": [first],
    "timestamp_ms > 0 AND execution_time_ms >= 0": [in_run, failed, first],
    f"timestamp > {int(time.time() * 1000) + 100000}": [],
    "span.name = 'look_up' AND span.type = 'TOOL'": [in_run, failed, first],
    "span.name = 'answer' AND span.type = 'TOOL'": [],
    "span.status = 'ERROR'": [failed],
    "span.attributes.flavour = 'sweet'": [in_run, failed, first],
    "span.attributes.flavour LIKE '%eet%'": [in_run, failed, first],
    "span.attributes.flavour = 'sour'": [],
    "span.content LIKE '%GRÜSSE%'": [first],
    "trace.text ILIKE '%In A Run%'": [in_run],
}
for filter_string, expected in searches.items():
    assert ids(filter_string) == expected, (filter_string, ids(filter_string))
refused(lambda: ids("colour = 'red'"), "Valid keys are", "INVALID_PARAMETER_VALUE")
refused(lambda: ids("status = 5"), "Expected a quoted string value", "INVALID_PARAMETER_VALUE")
refused(lambda: ids("span.colour = 'red'"), "Invalid span attribute 'colour'", "INVALID_PARAMETER_VALUE")
refused(lambda: ids("tags.a RLIKE '(a'"), "regular expression", "INVALID_PARAMETER_VALUE")
refused(lambda: ids("status = 'OK' OR status = 'ERROR'"), "Invalid clause(s)", "INVALID_PARAMETER_VALUE")

# Assessments.
human = AssessmentSource(source_type="HUMAN", source_id="ada@example.org")
feedback = mlflow.log_feedback(trace_id=first, name="good", value=True, source=human, rationale="yes", metadata={"a": "b"})
rated = mlflow.log_feedback(trace_id=failed, name="score", value=0.25)
mlflow.log_expectation(trace_id=first, name="expected", value={"text": "GRÜSSE", "n": [1, 2]}, source=human)
broken = mlflow.log_feedback(trace_id=failed, name="judge", error=AssessmentError("TIMEOUT", "too slow"))
got = mlflow.get_assessment(first, feedback.assessment_id)
assert (got.name, got.value, got.rationale, got.metadata, got.valid) == ("good", True, "yes", {"a": "b"}, True), got
assert got.source.source_id == "ada@example.org"
assert mlflow.get_assessment(failed, broken.assessment_id).error.error_message == "too slow"
trace = mlflow.get_trace(first)
assert {a.name: a.value for a in trace.info.assessments} == {"good": True, "expected": {"text": "GRÜSSE", "n": [1, 2]}}
changed = mlflow.update_assessment(
    first, feedback.assessment_id, mlflow.entities.Feedback(name="good", value=False, rationale="no", metadata={"c": "d"})
)
assert (changed.value, changed.rationale, changed.metadata) == (False, "no", {"a": "b", "c": "d"}), changed
over = mlflow.override_feedback(trace_id=first, assessment_id=feedback.assessment_id, value=True)
assert mlflow.get_assessment(first, feedback.assessment_id).valid is False
assert mlflow.get_assessment(first, over.assessment_id).overrides == feedback.assessment_id
assert ids("feedback.good = 'true'") == [first] and ids("feedback.good = 'false'") == []
assert ids("feedback.score < 0.5") == [failed] and ids("feedback.score > 0.5") == []
assert ids("feedback.good IS NOT NULL") == [first]
assert ids("expectation.expected IS NULL") == [in_run, failed]
mlflow.delete_assessment(first, over.assessment_id)
assert mlflow.get_assessment(first, feedback.assessment_id).valid is True
refused(lambda: mlflow.get_assessment(first, "a-none"), "not found", "RESOURCE_DOES_NOT_EXIST")
refused(lambda: mlflow.log_feedback(trace_id="tr-none", name="x", value=1), "not found", "RESOURCE_DOES_NOT_EXIST")

# Tags.
client.set_trace_tag(first, "later", "ü")
assert client.get_trace(first).info.tags["later"] == "ü"
client.delete_trace_tag(first, "later")
assert "later" not in client.get_trace(first).info.tags
refused(lambda: client.delete_trace_tag(first, "later"), "No trace tag with key 'later'", "RESOURCE_DOES_NOT_EXIST")
refused(lambda: client.get_trace("tr-none"), "not found", "RESOURCE_DOES_NOT_EXIST")

# Prompts that are loaded within a trace are linked to it.
mlflow.genai.register_prompt("linked", "Hi {{name}}")


@mlflow.trace
def greet():
    return mlflow.genai.load_prompt("prompts:/linked/1").format(name="Ada")


greet()
greeted = mlflow.get_last_active_trace_id()
mlflow.flush_trace_async_logging()
for _ in range(50):
    if ids("prompt = 'linked/1'"):
        break
    time.sleep(0.1)
assert ids("prompt = 'linked/1'") == [greeted], ids("prompt = 'linked/1'")

# Any OpenTelemetry program: what its exporter puts on the wire, packed and not.

trace_id, root_id, child_id = bytes(range(16)), bytes(range(1, 9)), bytes(range(2, 10))
export = ExportTraceServiceRequest()
resource_spans = export.resource_spans.add()
service = resource_spans.resource.attributes.add(key="service.name")
service.value.string_value = "shop"
spans = resource_spans.scope_spans.add().spans
root = spans.add(trace_id=trace_id, span_id=root_id, name="request", kind=2)
child = spans.add(trace_id=trace_id, span_id=child_id, parent_span_id=root_id, name="llm")
for span in (root, child):
    span.start_time_unix_nano, span.end_time_unix_nano = 1700000000123456789, 1700000001123456789
root.attributes.add(key="session.id").value.string_value = "s-2"
question = {"messages": [{"role": "user", "content": "hello there"}]}
root.attributes.add(key="input.value").value.string_value = json.dumps(question)
child.attributes.add(key="gen_ai.operation.name").value.string_value = "chat"
child.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = 7
child.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = 5
child.attributes.add(key="bytes").value.bytes_value = b"\x00\xff"
child.attributes.add(key="nul").value.string_value = "a\0b"
ratios = child.attributes.add(key="ratios").value.array_value
for ratio in (0.5, 1.5):
    ratios.values.add().double_value = ratio
link = child.links.add(trace_id=bytes(range(3, 19)), span_id=bytes(range(4, 12)))
link.attributes.add(key="why").value.bool_value = True
raw = export.SerializeToString()
otel = "tr-" + trace_id.hex()


def export_spans(body, **headers):
    headers = {"content-type": "application/x-protobuf", "x-mlflow-experiment-id": experiment, **headers}
    return requests.post(f"{sys.argv[1]}/v1/traces", data=body, headers={k: v for k, v in headers.items() if v})


answered = export_spans(gzip.compress(raw), **{"content-encoding": "gzip", "x-mlflow-run-id": other.info.run_id})
assert (answered.status_code, answered.content) == (200, b""), answered.text
assert answered.headers["content-type"] == "application/x-protobuf"
assert export_spans(raw).status_code == 200
assert export_spans(zlib.compress(raw), **{"content-encoding": "deflate"}).status_code == 200
as_json = MessageToDict(export)
for one in as_json["resourceSpans"][0]["scopeSpans"][0]["spans"]:
    one.update(traceId=trace_id.hex(), spanId=(child_id if "parentSpanId" in one else root_id).hex())
    one.pop("links", None)
    if "parentSpanId" in one:
        one["parentSpanId"] = root_id.hex()
assert export_spans(json.dumps(as_json), **{"content-type": "application/json"}).json() == {}
assert export_spans(raw).status_code == 200
for refusal in (
    export_spans(raw[:-5]),
    export_spans(b"\xff" * 50),
    export_spans(b""),
    export_spans(raw, **{"content-type": "text/plain"}),
    export_spans(b"no gzip", **{"content-encoding": "gzip"}),
    export_spans(gzip.compress(b"\0" * 100_000_000), **{"content-encoding": "gzip"}),
):
    assert refusal.status_code == 400 and refusal.json()["error_code"] == "INVALID_PARAMETER_VALUE", refusal.text
assert export_spans(raw, **{"x-mlflow-experiment-id": None}).status_code == 422
assert export_spans(raw, **{"x-mlflow-experiment-id": "4711"}).status_code == 200, "the trace is known already"
trace = mlflow.get_trace(otel)
assert trace.info.request_preview == "hello there", trace.info.request_preview
assert trace.info.token_usage == {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}, trace.info
assert trace.info.tags["service.name"] == "shop" and trace.info.trace_metadata["mlflow.trace.session"] == "s-2"
llm = trace.data.spans[1]
assert llm.get_attribute("ratios") == [0.5, 1.5] and llm.get_attribute("nul") == "a\N{REPLACEMENT CHARACTER}b"
assert (llm.start_time_ns, llm.end_time_ns) == (1700000000123456789, 1700000001123456789)
assert llm.links[0].trace_id == "tr-" + bytes(range(3, 19)).hex() and llm.links[0].attributes == {"why": True}
assert otel in ids(f"run_id = '{other.info.run_id}'")
assert ids("span.type = 'CHAT_MODEL'") == [otel]

# Many at once, page by page.
many = mlflow.create_experiment("many traces")
mlflow.set_experiment(experiment_id=many)
for number in range(25):
    with mlflow.start_span(name=f"n{number}"):
        pass
mlflow.flush_trace_async_logging()
found, count = pages(lambda page_token: client.search_traces(locations=[many], max_results=10, page_token=page_token))
assert (len(found), count) == (25, 3) and len({trace.info.trace_id for trace in found}) == 25, (len(found), count)
assert all(len(trace.data.spans) == 1 for trace in found)
assert client.delete_traces(many, max_timestamp_millis=int(time.time() * 1000), max_traces=5) == 5
assert client.delete_traces(many, trace_ids=[found[0].info.trace_id, "tr-none"]) == 1
assert len(client.search_traces(locations=[many], max_results=100)) == 19
refused(lambda: client.delete_traces(many, max_timestamp_millis=1, trace_ids=["a"]), "can be specified")

# What MLflow's pages read.
ajax = f"{sys.argv[1]}/ajax-api/3.0/mlflow"
data = requests.get(f"{ajax}/get-trace-artifact", params={"request_id": otel}).json()
assert data["spans"][1]["start_time_unix_nano"] == 1700000000123456789
assert data["spans"][0]["attributes"]["mlflow.traceRequestId"] == json.dumps(otel)
infos = requests.post(f"{ajax}/traces/batchGetInfos", json={"trace_ids": [otel, "tr-none"]}).json()
assert [info["trace_id"] for info in infos["trace_infos"]] == [otel], infos
filters = {"filter_string1": "span.status = 'ERROR'", "filter_string2": "status = 'ERROR'"}
together = requests.post(f"{ajax}/traces/calculate-filter-correlation", json={"experiment_ids": [experiment], **filters})
assert (together.json()["npmi"], together.json()["joint_count"]) == (1, 1), together.text
