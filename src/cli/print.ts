/**
 * The only place that writes to the process's streams. Stdout carries results (with `--json` only JSON, one value a line),
 * stderr everything said to a person meanwhile.
 */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function note(text = ''): void {
  process.stderr.write(`${text}\n`);
}

/** Resolves when all that was written is out, so that the process may end. */
export async function flushOutput(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  );
}

/** A reader that goes away (`| head`) ends the command quietly; one of the progress on stderr does not end the work. */
export function endWhenReaderLeaves(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
