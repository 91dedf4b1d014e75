import os
print("never"
