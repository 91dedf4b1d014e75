"""A BentoML service around the same model."""

import os
import pickle
from pathlib import Path

import bentoml
import pandas


@bentoml.service(workers=1)
class Diabetes:
    def __init__(self) -> None:
        self.model = pickle.loads((Path(os.environ["MODEL"]) / "named.pkl").read_bytes())

    @bentoml.api
    def predict(self, dataframe_split: dict) -> dict:
        frame = pandas.DataFrame(dataframe_split["data"], columns=dataframe_split["columns"])
        return {"predictions": self.model.predict(frame).tolist()}
