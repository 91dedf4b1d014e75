"""Least squares for a polynomial: the normal equations, solved by elimination."""

import argparse
import json

import table

parser = argparse.ArgumentParser()
parser.add_argument("rows")
parser.add_argument("model")
parser.add_argument("--degree", type=int, required=True)
arguments = parser.parse_args()
rows = table.read(arguments.rows)
size = arguments.degree + 1
matrix = [[sum(x ** (i + j) for x, _ in rows) for j in range(size)] for i in range(size)]
for i in range(size):
    matrix[i].append(sum(y * x**i for x, y in rows))
for i in range(size):
    pivot = max(range(i, size), key=lambda row: abs(matrix[row][i]))
    matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
    for other in range(size):
        if other != i:
            factor = matrix[other][i] / matrix[i][i]
            matrix[other] = [a - factor * b for a, b in zip(matrix[other], matrix[i])]
model = {"degree": arguments.degree, "coefficients": [matrix[i][size] / matrix[i][i] for i in range(size)]}
with open(arguments.model, "w") as file:
    json.dump(model, file)
print(model)
