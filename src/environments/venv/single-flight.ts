/**
 * One call under way per key: whoever asks meanwhile gets the same result, and every line that was and will be logged.
 * A failure is shared by those who waited; the next call starts anew.
 */
export class SingleFlight<Result> {
  readonly #flights = new Map<string, Flight<Result>>()

  /** Joins the call under way for `key`, or starts `work`. */
  run(
    key: string,
    work: (log: (line: string) => void) => Promise<Result>,
    log: (line: string) => void,
  ): Promise<Result> {
    const underWay = this.#flights.get(key)
    if (underWay !== undefined) {
      underWay.lines.forEach((line) => log(line))
      underWay.logs.push(log)
      return underWay.result
    }
    const lines: string[] = []
    const logs = [log]
    const tellAll = (line: string): void => {
      lines.push(line)
      for (const each of logs) each(line)
    }
    const result = work(tellAll).finally(() => this.#flights.delete(key))
    this.#flights.set(key, { result, lines, logs })
    return result
  }

  /** Resolves when nothing is under way any more, however it ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map(({ result }) => result))
  }
}

interface Flight<Result> {
  readonly result: Promise<Result>
  readonly lines: string[]
  readonly logs: ((line: string) => void)[]
}
