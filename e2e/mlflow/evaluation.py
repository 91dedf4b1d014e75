"""Evaluation data sets, scorers and `mlflow.genai.evaluate` through mlflow 3."""

from expect import refused

import mlflow
from mlflow import MlflowClient
from mlflow.genai import create_dataset, delete_dataset, get_dataset, scorer, search_datasets
from mlflow.genai.datasets import add_dataset_to_experiments, remove_dataset_from_experiments
from mlflow.genai.scorers import delete_scorer, get_scorer, list_scorers
from mlflow.genai.scorers.registry import list_scorer_versions

client = MlflowClient()
one = mlflow.set_experiment("evaluation").experiment_id
two = mlflow.create_experiment("evaluation two")

questions = create_dataset(name="questions", experiment_id=one, tags={"lang": "de", "mlflow.user": "ada"})
assert questions.dataset_id.startswith("d-") and questions.created_by == "ada", questions
records = [
    {"inputs": {"question": f"q{n}", "n": n}, "expectations": {"answer": "A"}, "tags": {"part": "x"}} for n in range(5)
]
questions.merge_records(records)
frame = get_dataset(dataset_id=questions.dataset_id).to_df()
assert sorted(inputs["n"] for inputs in frame["inputs"]) == [0, 1, 2, 3, 4], frame
questions.merge_records([{"inputs": {"n": 0, "question": "q0"}, "expectations": {"more": 1.5}}])


def rows():
    return get_dataset(dataset_id=questions.dataset_id).to_df().to_dict("records")


again = get_dataset(dataset_id=questions.dataset_id)
assert len(rows()) == 5 and again.digest != questions.digest
first = next(row for row in rows() if row["inputs"]["n"] == 0)
assert first["expectations"] == {"answer": "A", "more": 1.5} and first["tags"]["part"] == "x", first
assert again.profile.replace(" ", "") == '{"num_records":5}', again.profile
assert again.delete_records([first["dataset_record_id"]]) == 1
assert len(rows()) == 4

# From traces.
with mlflow.start_span("traced") as span:
    span.set_inputs({"question": "from a trace"})
    span.set_outputs("an answer")
mlflow.flush_trace_async_logging()
mlflow.log_expectation(trace_id=span.trace_id, name="answer", value="B")
questions.merge_records([mlflow.get_trace(span.trace_id)])
traced = [row for row in rows() if row["inputs"] == {"question": "from a trace"}]
assert traced[0]["source_id"] == span.trace_id and traced[0]["expectations"] == {"answer": "B"}, traced

other = create_dataset(name="other", experiment_id=[one, two])
names = lambda **query: [dataset.name for dataset in search_datasets(**query)]
assert names(experiment_ids=[one]) == ["other", "questions"] and names(experiment_ids=[two]) == ["other"]
assert names(filter_string="tags.lang = 'de'") == ["questions"]
assert names(filter_string="name LIKE 'o%'", order_by=["name ASC"]) == ["other"]
assert names(order_by=["name DESC"]) == ["questions", "other"]
assert len(search_datasets(max_results=1)) == 1
refused(lambda: names(filter_string="colour = 'red'"), "Invalid attribute key", "INVALID_PARAMETER_VALUE")
mlflow.genai.set_dataset_tags(dataset_id=other.dataset_id, tags={"a": "b"})
assert get_dataset(dataset_id=other.dataset_id).tags["a"] == "b"
mlflow.genai.delete_dataset_tag(dataset_id=other.dataset_id, key="a")
assert "a" not in get_dataset(dataset_id=other.dataset_id).tags
assert set(add_dataset_to_experiments(questions.dataset_id, [two]).experiment_ids) == {one, two}
assert remove_dataset_from_experiments(questions.dataset_id, [two]).experiment_ids == [one]
delete_dataset(dataset_id=other.dataset_id)
refused(lambda: get_dataset(dataset_id=other.dataset_id), "not found", "RESOURCE_DOES_NOT_EXIST")


# Scorers.
@scorer
def exact(outputs, expectations):
    return outputs == expectations.get("answer")


@scorer
def length(outputs):
    return len(outputs)


from mlflow.genai.scorers import RetrievalGroundedness

judge = RetrievalGroundedness(name="grounded")
registered = judge.register(name="grounded", experiment_id=one)
judge.register(name="grounded", experiment_id=one)
assert [found.name for found in list_scorers(experiment_id=one)] == ["grounded"]
assert [version for _, version in list_scorer_versions(name="grounded", experiment_id=one)] == [1, 2]
assert get_scorer(name="grounded", experiment_id=one, version=1).name == "grounded"
delete_scorer(name="grounded", experiment_id=one, version=1)
delete_scorer(name="grounded", experiment_id=one, version="all")
assert list_scorers(experiment_id=one) == []
refused(lambda: get_scorer(name="grounded", experiment_id=one), "not found", "RESOURCE_DOES_NOT_EXIST")


# Evaluation: traces of the predictions, feedback on them, metrics of the run, the data set as its input.
def predict(question, n=None):
    return "A" if n in (1, 2) else "B"


result = mlflow.genai.evaluate(data=get_dataset(dataset_id=questions.dataset_id), predict_fn=predict, scorers=[exact, length])
assert result.metrics["exact/mean"] == 0.6 and result.metrics["length/mean"] == 1.0, result.metrics
run = mlflow.get_run(result.run_id)
assert run.data.metrics["exact/mean"] == 0.6
traces = client.search_traces(locations=[one], run_id=result.run_id)
assert len(traces) == 5, len(traces)
assert all({"exact", "length"} <= {a.name for a in trace.info.assessments} for trace in traces)
assert len(client.search_traces(locations=[one], filter_string=f"run_id = '{result.run_id}' AND feedback.exact = 'true'")) == 3
judged = mlflow.genai.evaluate(data=traces, scorers=[length])
assert judged.metrics["length/mean"] == 1.0
