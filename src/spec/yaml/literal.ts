import type { Scalar } from 'yaml'

/**
 * The text Azure ML makes of a YAML scalar, measured on azure-ai-ml 1.35.2's REST body: `true` is `True`, `1.0` is
 * `1.0`, `1.0e-3` is `0.001` (Python's repr), `3` is `3`, text is verbatim. Undefined for null.
 */
export function azureLiteral(scalar: Scalar): string | undefined {
  const { value } = scalar
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'number') return undefined
  const source = scalar.source ?? ''
  // Digits stay as written: 2^53 and beyond would lose some, and readers disagree about 010 (8, or 10).
  if (/^[-+]?\d+$/.test(source)) return source.replace(/^\+/, '')
  if (/^0[xo]/.test(source)) return BigInt(source).toString()
  // Azure's reader (YAML 1.1) takes an exponent as one only after a point and with a sign; 1e-3 and 1.5e3 are text to
  // it and arrive in the command as they are.
  if (/e/i.test(source) && !/\.\d*e[-+]/i.test(source)) return source
  return Number.isInteger(value) && source === '' ? String(value) : pythonFloat(value)
}

/** `repr()` of a Python float: shortest digits, `.0` on whole numbers, exponent below 1e-4 and from 1e16. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}
