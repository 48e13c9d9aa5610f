/** Runs as comma-separated values (RFC 4180). */

/** One value: text as it is, anything nested as JSON, nothing as nothing. */
export function csvValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? listed(value) : String(value as string | number);
  // A spreadsheet would run a text that begins like a formula.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

const listed = (value: object): string =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? value.join(', ')
    : JSON.stringify(value);

export const csvLine = (values: readonly unknown[]): string =>
  `${values.map(csvValue).join(',')}\r\n`;
