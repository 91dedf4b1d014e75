"""`EntryScript`: a parallel worker's places and log, as entry scripts written for Azure ML expect them."""

import logging
import os


class EntryScript:
    """Knows the worker's logger and folders."""

    @property
    def logger(self) -> logging.Logger:
        return logging.getLogger("EntryScript")

    @property
    def working_dir(self) -> str:
        return os.getcwd()

    @property
    def output_dir(self) -> str:
        """A folder whose files become artifacts of the job."""
        folder = os.path.join(os.getcwd(), "outputs")
        os.makedirs(folder, exist_ok=True)
        return folder

    @property
    def log_dir(self) -> str:
        folder = os.path.join(os.getcwd(), "logs")
        os.makedirs(folder, exist_ok=True)
        return folder
