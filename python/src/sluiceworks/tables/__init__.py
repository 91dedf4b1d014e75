"""MLTable files read with pandas: what `import mltable` finds where the package of that name is not installed."""
