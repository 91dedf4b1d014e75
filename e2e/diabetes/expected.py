"""What scikit-learn itself gives: expected.py CSV ALPHA REQUEST prints the test MSE and the predictions for the request."""

import json
import sys

import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

csv, alpha, request = sys.argv[1:]
data = pd.read_csv(csv)
x, y = data.drop(columns="target"), data["target"]
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
model = Ridge(alpha=float(alpha)).fit(x_train, y_train)
with open(request) as file:
    asked = json.load(file)["input_data"]
rows = pd.DataFrame(asked["data"], columns=asked["columns"])
print(json.dumps({"mse": mean_squared_error(y_test, model.predict(x_test)), "predictions": model.predict(rows).tolist()}))
