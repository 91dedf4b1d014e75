import signal

for number in sorted(signal.valid_signals()):
    if number not in (signal.SIGKILL, signal.SIGSTOP) and number < 32:
        print(number, signal.getsignal(number))
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
