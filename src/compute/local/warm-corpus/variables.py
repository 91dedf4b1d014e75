import json
import os
import subprocess

print(json.dumps(dict(sorted(os.environ.items())), indent=1))
os.environ["ADDED"] = "by the script"
del os.environ["GREETING"]
print(subprocess.check_output(["env"], text=True).count("ADDED=by the script"), os.getenv("GREETING"))
