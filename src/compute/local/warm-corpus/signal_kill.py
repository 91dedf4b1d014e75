import os
import signal

print("unflushed is lost")
os.kill(os.getpid(), signal.SIGKILL)
