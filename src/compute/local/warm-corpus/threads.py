import threading
import time

print(threading.current_thread() is threading.main_thread(), threading.active_count())


def work():
    time.sleep(0.05)
    print("a thread outlives the script", flush=True)


threading.Thread(target=work).start()
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print("end of script", flush=True)
