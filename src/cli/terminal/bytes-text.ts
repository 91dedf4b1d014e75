const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A size for people: `900 B`, `1.5 kB`, `12 GB` (powers of 1000, as disks are sold). */
export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '')} ${units[unit]}`
}
