/** Two signals within this time are one press: a terminal sends Ctrl-C to this process and to the one that started it. */
const onePressMs = 100

export interface Interrupts {
  /** Puts the process's own behaviour back. */
  stop(): void
}

/** Calls `press` with 1, 2, 3... for every Ctrl-C, and `end` when the process is asked to end by other means. */
export function watchInterrupts({
  press,
  end,
  now = () => performance.now(),
}: {
  readonly press: (count: number) => void
  readonly end: (signal: 'SIGTERM' | 'SIGHUP') => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}): Interrupts {
  let count = 0
  let lastMs = -Infinity
  const onInterrupt = (): void => {
    const nowMs = now()
    if (nowMs - lastMs < onePressMs) return
    lastMs = nowMs
    press(++count)
  }
  const onTerminate = (): void => end('SIGTERM')
  const onHangup = (): void => end('SIGHUP')
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate).on('SIGHUP', onHangup)
  return {
    stop: () => process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate).off('SIGHUP', onHangup),
  }
}
