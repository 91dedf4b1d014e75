import os

import joblib
import numpy as np

joblib.dump({"weights": np.arange(5)}, "outputs.joblib")
with open("kept.txt", "w") as file:
    file.write("unclosed files are flushed")
left_open = open("open.txt", "w")
left_open.write("at the end")
print(sorted(os.listdir(".")), oct(os.stat("kept.txt").st_mode))
