import { StringDecoder } from './json-string.ts';

type Part = 'reasoning' | 'output';
const PARTS = ['reasoning', 'output'] as const;

/** Where the scanner is in the answer's object. What stands between two members is skipped in `between`. */
type State = 'start' | 'between' | 'key' | 'colon' | 'string' | 'raw' | 'prose' | 'done';

/**
 * Shows an answer `{ output, reasoning, confidence }` while its JSON is still arriving, however it is cut into pieces: the
 * characters of `reasoning` and of a text `output`, the JSON text of any other `output`. For eyes only: what counts is
 * parsed from the whole answer.
 */
export class AnswerStream {
  readonly #emit: (part: Part, text: string) => void;
  readonly #prose: boolean;
  readonly #string = new StringDecoder();
  readonly #pending: Record<Part, string> = { reasoning: '', output: '' };
  #state: State = 'start';
  #fenced = false;
  #key = '';
  /** In a value that is no string: its depth, and whether we are in a string of it, or after a backslash there. */
  #raw = { depth: 0, quoted: false, escaped: false };

  /** `prose`: whether an answer that is no JSON is shown as output. */
  constructor(emit: (part: Part, text: string) => void, options: { prose: boolean }) {
    this.#emit = emit;
    this.#prose = options.prose;
  }

  push(text: string): void {
    for (let index = 0; index < text.length && this.#state !== 'done'; index++) this.#step(text.charAt(index));
    for (const part of PARTS) this.#flush(part);
  }

  /** The first half of a surrogate pair waits for the second. */
  #flush(part: Part): void {
    const pending = this.#pending[part];
    const kept = /[\ud800-\udbff]$/.test(pending) ? pending.slice(-1) : '';
    const text = kept ? pending.slice(0, -1) : pending;
    if (text !== '') this.#emit(part, text.toWellFormed());
    this.#pending[part] = kept;
  }

  #step(char: string): void {
    switch (this.#state) {
      case 'start':
        this.#begin(char);
        break;
      case 'between':
        if (char === '"') this.#beginKey();
        else if (char === '}') this.#state = 'done';
        break;
      case 'key':
        this.#readString(char, 'colon');
        break;
      case 'colon':
        this.#beginValue(char);
        break;
      case 'string':
        this.#readString(char, 'between');
        break;
      case 'raw':
        this.#readRaw(char);
        break;
      case 'prose':
        this.#pending.output += char;
        break;
      case 'done':
    }
  }

  /** The object may stand in a code fence: then everything before its brace is skipped. */
  #begin(char: string): void {
    if (char === '{') this.#state = 'between';
    else if (char === '`') this.#fenced = true;
    else if (!this.#fenced && char.trim() !== '') {
      this.#state = this.#prose ? 'prose' : 'done';
      if (this.#prose) this.#pending.output += char;
    }
  }

  #beginKey(): void {
    this.#key = '';
    this.#state = 'key';
  }

  #beginValue(char: string): void {
    if (char === ':' || char.trim() === '') return;
    this.#state = char === '"' ? 'string' : 'raw';
    if (char === '"') return;
    this.#raw = { depth: 0, quoted: false, escaped: false };
    this.#readRaw(char);
  }

  #readString(char: string, next: State): void {
    const text = this.#string.push(char);
    if (text === null) this.#state = next;
    else if (this.#state === 'key') this.#key += text;
    else if (this.#key === 'output' || this.#key === 'reasoning') this.#pending[this.#key] += text;
  }

  #readRaw(char: string): void {
    const raw = this.#raw;
    if (raw.quoted) {
      if (raw.escaped) raw.escaped = false;
      else if (char === '\\') raw.escaped = true;
      else if (char === '"') raw.quoted = false;
    } else if (raw.depth === 0 && (char === ',' || char === '}')) {
      this.#state = char === ',' ? 'between' : 'done';
      return;
    } else if (char === '"') raw.quoted = true;
    else if (char === '{' || char === '[') raw.depth++;
    else if (char === '}' || char === ']') raw.depth--;
    if (this.#key === 'output') this.#pending.output += char;
  }
}
