const unitBytes: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/**
 * Bytes of a size with its unit: `512MB`, `1.5 GiB`, `2g`, `2Gi`; a unit is a power of 1024, as in Azure ML's `shm_size` and
 * `mini_batch_size`. Undefined for anything else, a number without a unit included.
 */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([kmgt])(?:ib?|b)?$/i.exec(text.trim())
  return match === null ? undefined : Math.round(Number(match[1]) * unitBytes[match[2]!.toLowerCase()]!)
}

/** A size as people write it, in the largest unit that leaves at least 1 and with at most two decimals: `1.5 GB`. */
export function byteSizeText(bytes: number): string {
  const unit = ['t', 'g', 'm'].find((letter) => bytes >= unitBytes[letter]!) ?? 'k'
  return `${Number((bytes / unitBytes[unit]!).toFixed(2))} ${unit.toUpperCase()}B`
}
