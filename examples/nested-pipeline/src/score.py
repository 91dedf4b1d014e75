import json
import sys

import table

model_path, rows_path, error_path = sys.argv[1:]
with open(model_path) as file:
    coefficients = json.load(file)["coefficients"]
rows = table.read(rows_path)
errors = [(y - sum(c * x**i for i, c in enumerate(coefficients))) ** 2 for x, y in rows]
error = (sum(errors) / len(errors)) ** 0.5
with open(error_path, "w") as file:
    file.write(f"{error:.4f}")
print(f"root mean squared error {error:.4f} on {len(rows)} rows")
