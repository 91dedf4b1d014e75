"""An Azure scoring script around the same model."""

import json
import os
import pickle
from pathlib import Path

import pandas


def init():
    global model
    model = pickle.loads((Path(os.environ["MODEL"]) / "named.pkl").read_bytes())


def run(raw_data):
    table = json.loads(raw_data)["dataframe_split"]
    return {"predictions": model.predict(pandas.DataFrame(table["data"], columns=table["columns"])).tolist()}
