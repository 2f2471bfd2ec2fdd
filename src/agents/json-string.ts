const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Decodes the inside of a JSON string one UTF-16 unit at a time, after its opening quote. */
export class StringDecoder {
  /** What has come of an escape so far, from its backslash on; '' outside of one. */
  #escape = '';

  /** The decoded text that this unit completes, often ''; null at the closing quote, after which a new string may begin. */
  push(char: string): string | null {
    if (this.#escape === '') {
      if (char === '"') return null;
      if (char !== '\\') return char;
      this.#escape = char;
      return '';
    }
    this.#escape += char;
    const unicode = this.#escape.startsWith('\\u');
    if (unicode && this.#escape.length < 6) return '';
    const text = unicode ? String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16)) : (ESCAPES[char] ?? char);
    this.#escape = '';
    return text;
  }
}
