import { closeSync, openSync, readSync } from 'node:fs';

const LINE_END = 0x0a;

/**
 * The lines of a text file, as `split('\n')` of its text gives them, read as they are asked for: the text of a whole journal may be
 * longer than the longest string (about 512 MB). A line end is no part of any other character's bytes, so each line is decoded by itself.
 */
export function* fileLines(path: string, { chunkBytes = 1 << 20 }: { chunkBytes?: number } = {}): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    /** What there is so far of a line that goes on in the next chunk. */
    let begun: Buffer[] = [];
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      const bytes = chunk.subarray(0, length);
      let from = 0;
      for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END, from)) {
        yield textOf(begun, bytes.subarray(from, end));
        begun = [];
        from = end + 1;
      }
      if (from < length) begun.push(Buffer.from(bytes.subarray(from)));
    }
    yield textOf(begun, Buffer.alloc(0));
  } finally {
    closeSync(file);
  }
}

function textOf(begun: readonly Buffer[], rest: Buffer): string {
  return (begun.length === 0 ? rest : Buffer.concat([...begun, rest])).toString('utf8');
}
