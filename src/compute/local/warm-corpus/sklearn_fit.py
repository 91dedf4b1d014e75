import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV

generator = np.random.default_rng(1)
frame = pd.DataFrame(generator.normal(size=(200, 4)), columns=list("abcd"))
target = frame["a"] * 2 + generator.normal(size=200)
print(repr(Ridge(alpha=0.4).fit(frame, target).coef_))
print(repr(RandomForestRegressor(20, random_state=0, n_jobs=2).fit(frame, target).predict(frame[:3])))
search = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0]}, n_jobs=2).fit(frame, target)
print(search.best_params_, repr(search.best_score_))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    LogisticRegression(max_iter=1).fit(frame, target > 0)
print([str(warning.category.__name__) for warning in caught])
print(frame.describe().to_string())
