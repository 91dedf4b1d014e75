"""The diabetes data of scikit-learn: ten columns about a patient and the progression of the disease a year later."""

import pandas as pd
from sklearn.model_selection import train_test_split

FEATURES = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
TARGET = "target"


def split(path: str):
    """Rows for training and for testing: (x_train, x_test, y_train, y_test), the same for the same data."""
    data = pd.read_csv(path)
    return train_test_split(data[FEATURES], data[TARGET], test_size=0.3, random_state=0)
