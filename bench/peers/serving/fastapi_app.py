"""What a FastAPI tutorial makes of a model: a typed body, a frame, a prediction; argv by environment."""

import os
import pickle
from pathlib import Path

import pandas
from fastapi import FastAPI
from pydantic import BaseModel

folder = Path(os.environ["MODEL"])
model = pickle.loads((folder / "named.pkl").read_bytes())
app = FastAPI()


class Table(BaseModel):
    columns: list[str]
    data: list[list[float]]


class Body(BaseModel):
    dataframe_split: Table


def predict(body: Body) -> dict[str, list[float]]:
    table = body.dataframe_split
    return {"predictions": model.predict(pandas.DataFrame(table.data, columns=table.columns)).tolist()}


if os.environ["HANDLER"] == "async":

    @app.post("/predict")
    async def predict_async(body: Body) -> dict[str, list[float]]:
        return predict(body)

else:

    @app.post("/predict")
    def predict_sync(body: Body) -> dict[str, list[float]]:
        return predict(body)
