/** The largest value that a journal takes, in UTF-8 bytes of its JSON: an answer, an output, a proposal. */
export const MAX_VALUE_BYTES = 16 * 1024 * 1024;

/** How large a value would be in a journal, if that is more than it takes; null: it fits (or is none that JSON has). */
export function oversize(value: unknown, maxBytes: number = MAX_VALUE_BYTES): number | null {
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : undefined;
  // A UTF-16 unit is at most three bytes: most values need not be measured.
  if (text === undefined || text.length * 3 <= maxBytes) return null;
  const bytes = Buffer.byteLength(text, 'utf8');
  return bytes > maxBytes ? bytes : null;
}
