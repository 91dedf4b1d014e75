"""Gradient descent on data that is split over the processes; after every step they average their gradients.

Only the standard library is used. With PyTorch, `everyone` is two lines:

    torch.distributed.init_process_group("gloo")      # reads the same variables
    torch.distributed.all_reduce(gradient)
"""

import argparse
import json
import os
import random
import socket
import time

rank = int(os.environ["RANK"])
size = int(os.environ["WORLD_SIZE"])
address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))


def connect():
    """Rank 0 listens, the others call it; the server may not listen yet."""
    if rank == 0:
        server = socket.create_server(address)
        return [server.accept()[0].makefile("rw") for _ in range(size - 1)]
    for _ in range(300):
        try:
            return [socket.create_connection(address).makefile("rw")]
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit("rank 0 does not listen")


def everyone(lines, numbers):
    """The average of everybody's numbers, the same in every process."""
    if rank == 0:
        others = [json.loads(line.readline()) for line in lines]
        average = [sum(values) / size for values in zip(numbers, *others)]
        send(lines, average)
        return average
    send(lines, numbers)
    return json.loads(lines[0].readline())


def send(lines, numbers):
    for line in lines:
        line.write(json.dumps(numbers) + "\n")
        line.flush()


parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, required=True)
parser.add_argument("--model", required=True)
arguments = parser.parse_args()

# Each process has rows of its own: y = 3 x + 2, with noise.
rows = random.Random(rank)
data = [(x, 3 * x + 2 + rows.gauss(0, 0.1)) for x in (rows.uniform(-1, 1) for _ in range(500))]
lines = connect()
slope = intercept = 0.0
for step in range(arguments.steps):
    errors = [(slope * x + intercept - y, x) for x, y in data]
    gradient = everyone(lines, [sum(e * x for e, x in errors) / len(data), sum(e for e, _ in errors) / len(data)])
    slope -= gradient[0]
    intercept -= 0.5 * gradient[1]
    if step % 20 == 19:
        print(f"step {step + 1}: slope {slope:.3f}, intercept {intercept:.3f}", flush=True)
if rank == 0:
    with open(arguments.model, "w") as file:
        json.dump({"slope": round(slope, 3), "intercept": round(intercept, 3), "processes": size}, file)
