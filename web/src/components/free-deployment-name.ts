/** A name for the next deployment beside these: blue, then green, as is the custom; then numbers. */
export function freeDeploymentName(taken: readonly string[]): string {
  const usual = ['blue', 'green'].find((name) => !taken.includes(name))
  if (usual !== undefined) return usual
  for (let number = taken.length; ; number++) if (!taken.includes(`green-${number}`)) return `green-${number}`
}
