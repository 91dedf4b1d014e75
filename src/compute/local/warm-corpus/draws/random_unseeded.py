import random
import uuid

import numpy as np

print(random.random())
print(np.random.rand())
print(np.random.default_rng().random())
print(uuid.uuid4())
