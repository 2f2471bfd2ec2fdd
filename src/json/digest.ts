import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of a UTF-8 text, 64 lower-case hex digits. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 of the canonical JSON of a value: equal for values that mean the same, whatever their key order. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
