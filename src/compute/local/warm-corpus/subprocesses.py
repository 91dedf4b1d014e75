import os
import subprocess
import sys

print(subprocess.run(["sh", "-c", "echo out; echo err >&2; cat; exit 3"], check=False).returncode)
print(subprocess.check_output([sys.executable, "-c", "import sys; print(sys.argv, sys.path[1:])"], text=True))
print(os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", "exit 4"], os.environ), 0)[1] >> 8)
print(os.path.basename(sys.executable), sys.prefix == sys.exec_prefix)
