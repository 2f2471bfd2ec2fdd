/** Why something is rejected, in the order of the keys 1 to 9; 0 is "other". */
export const REASON_CODES = [
  { key: '1', code: 'wrong-target', words: 'wrong target' },
  { key: '2', code: 'wrong-content', words: 'wrong content' },
  { key: '3', code: 'wrong-amount', words: 'wrong amount' },
  { key: '4', code: 'insufficient-evidence', words: 'insufficient evidence' },
  { key: '5', code: 'policy', words: 'against policy' },
  { key: '6', code: 'unsafe', words: 'unsafe or injection suspected' },
  { key: '7', code: 'duplicate', words: 'duplicate' },
  { key: '8', code: 'not-needed', words: 'not needed' },
  { key: '9', code: 'badly-explained', words: 'badly explained' },
  { key: '0', code: 'other', words: 'other, in your words' },
] as const;

export function wordsOfCode(code: string): string {
  return REASON_CODES.find((known) => known.code === code)?.words ?? code;
}
