import random

import numpy as np
from sklearn.model_selection import train_test_split

random.seed(3)
print(random.random(), random.getrandbits(64))
np.random.seed(3)
print(np.random.rand(3), np.random.default_rng(3).normal(size=2))
print(train_test_split(range(10), random_state=0))
