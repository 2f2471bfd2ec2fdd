/**
 * A text that a regular expression matches, for the usual ones: literals, classes, groups, choices, quantifiers. The caller
 * tests the sample: look-arounds and back references are passed over, so that it may be wrong. Null: not understood.
 */
export function samplePattern(pattern: string): string | null {
  try {
    const reader = new PatternReader(pattern);
    const sample = reader.choice();
    return reader.atEnd ? sample : null;
  } catch {
    return null;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  d: '1',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  b: '',
  B: '',
  n: '\n',
  t: '\t',
  r: '\r',
};
const CANDIDATES = [...'a1A-_ .:/@+,xyz0bcdefZ'];
const MAX_REPEAT = 256;

class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** Reads `a|b|c` and takes the first that is not empty. */
  choice(): string {
    let chosen = this.#sequence();
    while (this.#take('|')) {
      const next = this.#sequence();
      if (chosen === '') chosen = next;
    }
    return chosen;
  }

  #sequence(): string {
    let text = '';
    while (!this.atEnd && this.#peek() !== '|' && this.#peek() !== ')') text += this.#quantified(this.#atom());
    return text;
  }

  #atom(): string {
    const char = this.#next();
    switch (char) {
      case '^':
      case '$':
        return '';
      case '.':
        return 'a';
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      default:
        return char;
    }
  }

  #group(): string {
    const kind = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(this.#pattern.slice(this.#at))?.[0] ?? '';
    this.#at += kind.length;
    const text = this.choice();
    if (!this.#take(')')) throw new SyntaxError('unclosed group');
    const looksAround = /[=!]$/.test(kind);
    return looksAround ? '' : text;
  }

  /** A class is tried out as a regular expression of its own. */
  #class(): string {
    const from = this.#at - 1;
    while (!this.atEnd && this.#peek() !== ']') this.#at += this.#peek() === '\\' ? 2 : 1;
    if (!this.#take(']')) throw new SyntaxError('unclosed class');
    const source = this.#pattern.slice(from, this.#at);
    const whole = new RegExp(`^${source}$`, 'u');
    const own = [...source.replace(/[[\]^\\]/g, '')];
    const found = [...CANDIDATES, ...own].find((candidate) => whole.test(candidate));
    if (found === undefined) throw new SyntaxError('no sample of the class');
    return found;
  }

  #escape(): string {
    const char = this.#next();
    if (char === 'u' || char === 'x') {
      const digits = /^(?:\{([\da-f]+)\}|([\da-f]{2,4}))/i.exec(this.#pattern.slice(this.#at));
      if (!digits) return char;
      this.#at += digits[0].length;
      return String.fromCodePoint(Number.parseInt(digits[1] ?? digits[2] ?? '61', 16));
    }
    if (char === 'p' || char === 'P') {
      const name = /^\{[^}]*\}/.exec(this.#pattern.slice(this.#at))?.[0] ?? '';
      this.#at += name.length;
      const whole = new RegExp(`^\\${char}${name}$`, 'u');
      return [...CANDIDATES, '🙂', 'é'].find((candidate) => whole.test(candidate)) ?? '';
    }
    return ESCAPES[char] ?? char;
  }

  #quantified(text: string): string {
    const quantifier = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at));
    if (!quantifier) return text;
    this.#at += quantifier[0].length;
    if (quantifier[0].startsWith('+')) return text;
    if (quantifier[1] === undefined) return '';
    const count = Number(quantifier[1]);
    if (count > MAX_REPEAT) throw new RangeError('too many repeats');
    return text.repeat(count);
  }

  #peek(): string {
    return this.#pattern.charAt(this.#at);
  }

  #next(): string {
    return this.#pattern.charAt(this.#at++);
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }
}
