import type { Json } from '../json/json.ts';
import { samplePattern } from './sample-pattern.ts';

type Schema = { readonly [key: string]: Json };

/** One valid value of each string format that JSON Schema and zod know. */
const BY_FORMAT: Readonly<Record<string, string>> = {
  email: 'rehearsal@example.com',
  'idn-email': 'rehearsal@example.com',
  uri: 'https://example.com/rehearsal',
  url: 'https://example.com/rehearsal',
  'uri-reference': 'https://example.com/rehearsal',
  uuid: '00000000-0000-4000-8000-000000000001',
  guid: '00000000-0000-4000-8000-000000000001',
  'date-time': '2026-01-01T12:00:00Z',
  date: '2026-01-01',
  time: '12:00:00',
  duration: 'P1D',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  cidrv4: '192.0.2.0/24',
  cidrv6: '2001:db8::/32',
  cuid: 'crehearsal00000000000000a',
  cuid2: 'rehearsal0000000000000aa',
  ulid: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  nanoid: 'rehearsal_0000000000a',
  xid: '9m4e2mr0ui3e8a215n4g',
  ksuid: '0ujtsYcgvSTl8PAuAdqWYSMnLOv',
  base64: 'cmVoZWFyc2Fs',
  base64url: 'cmVoZWFyc2Fs',
  e164: '+15550100100',
  jwt: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJyZWhlYXJzYWwifQ.AAAA',
  emoji: '🙂',
  'json-string': '{}',
  regex: '.*',
};

/** A text for a string schema: `wanted` where that fits, else something valid, as far as can be told from the schema. */
export function stringFor(schema: Schema, wanted: string): string {
  const byFormat = typeof schema.format === 'string' ? BY_FORMAT[schema.format] : undefined;
  const patterns = patternsOf(schema);
  const samples = patterns.map(({ source }) => samplePattern(source) ?? '');
  const candidates = [byFormat, sized(wanted, schema), ...samples, joined(patterns, samples)];
  const found = candidates
    .filter((text) => text !== undefined)
    .flatMap((text) => [text, sized(text, schema)])
    .find((text) => hasSize(text, schema) && patterns.every((pattern) => pattern.test(text)));
  return found ?? sized(wanted, schema);
}

/** One text for several patterns: what must stand first, then the rest, then what must stand last. */
function joined(patterns: readonly RegExp[], samples: readonly string[]): string {
  const rank = (source: string) => (source.startsWith('^') ? 0 : source.endsWith('$') ? 2 : 1);
  const ranked = patterns.map(({ source }, index) => ({ rank: rank(source), sample: samples[index] ?? '' }));
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .map(({ sample }) => sample)
    .join('');
}

/** Characters beyond this have two UTF-16 units, and not everybody counts them alike. */
const ASTRAL = /[\u{10000}-\u{10ffff}]/gu;

/** Cut to `maxLength`, filled up to `minLength`. */
function sized(text: string, schema: Schema): string {
  const { least, most } = boundsOf(schema);
  if (least === 0 && text.length <= most) return text;
  return text.replace(ASTRAL, '?').slice(0, most).padEnd(least, '.');
}

function hasSize(text: string, schema: Schema): boolean {
  const { least, most } = boundsOf(schema);
  return text.length >= least && text.length <= most;
}

function boundsOf({ minLength, maxLength }: Schema): { least: number; most: number } {
  const least = typeof minLength === 'number' ? minLength : 0;
  return { least, most: typeof maxLength === 'number' ? maxLength : Number.POSITIVE_INFINITY };
}

function patternsOf(schema: Schema): RegExp[] {
  const further = Array.isArray(schema.allOf) ? (schema.allOf as readonly Json[]) : [];
  const texts = [schema, ...further].map((part) => (part as Schema | null)?.pattern);
  return texts.filter((text) => typeof text === 'string').flatMap(compile);
}

function compile(pattern: string): RegExp[] {
  for (const flags of ['u', '']) {
    try {
      return [new RegExp(pattern, flags)];
    } catch {
      // Not every pattern is valid in Unicode mode.
    }
  }
  return [];
}
