import sys

print("größe ✓", sys.getfilesystemencoding(), sys.flags.utf8_mode)
print("\udcff lone surrogate")
