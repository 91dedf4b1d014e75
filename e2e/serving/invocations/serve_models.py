"""MLflow's own scoring server for every model below a folder, in one process: /NAME/invocations. Prints its port."""

import logging
import os
import socket
import sys

import uvicorn
from fastapi import FastAPI
from mlflow.pyfunc import load_model, scoring_server

logging.getLogger("mlflow").setLevel(logging.ERROR)
app = FastAPI()
for name in sorted(os.listdir(sys.argv[1])):
    app.mount(f"/{name}", scoring_server.init(load_model(os.path.join(sys.argv[1], name))))
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])
