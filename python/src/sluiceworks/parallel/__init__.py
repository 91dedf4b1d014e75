"""Parallel jobs: a host that cuts data into mini-batches, and the worker processes that run a script on each."""
