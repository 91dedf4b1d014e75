"""The Python side of Sluiceworks."""
