"""The diabetes data of scikit-learn: ten columns about a patient and the progression of the disease a year later."""

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

FEATURES = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
TARGET = "target"


def split(path: str, test_size: float, seed: int):
    """Rows for training and for testing: (x_train, x_test, y_train, y_test), the same for the same seed."""
    data = pd.read_csv(path)
    # Row by row in memory, as load_diabetes() has it: the order of a sum decides its last digit.
    rows = np.ascontiguousarray(data[FEATURES])
    parts = train_test_split(rows, data[TARGET].to_numpy(), test_size=test_size, random_state=seed)
    x_train, x_test, y_train, y_test = parts
    return pd.DataFrame(x_train, columns=FEATURES), pd.DataFrame(x_test, columns=FEATURES), y_train, y_test
