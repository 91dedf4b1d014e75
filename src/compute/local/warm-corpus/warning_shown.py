import warnings

import numpy as np

warnings.warn("look here", stacklevel=1)
warnings.warn("gone", DeprecationWarning, stacklevel=1)
print(np.float64(1) / np.float64(0))
