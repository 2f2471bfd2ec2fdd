import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldpointError } from '../errors.ts';

/** The editor that the person chose; null: none. */
export function editorCommand(): string | null {
  return process.env.VISUAL?.trim() || process.env.EDITOR?.trim() || null;
}

/** Has a text edited in the person's editor. The file is readable by them alone, and gone afterwards. */
export async function editInEditor(
  text: string,
  { editor, extension }: { editor: string; extension: string },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdpoint-'));
  const file = join(folder, `proposal.${extension}`);
  try {
    await writeFile(file, text, { mode: 0o600 });
    // $EDITOR may carry arguments ("code --wait"), so a shell reads it; the path goes in as an argument of its own.
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0)
      throw new HoldpointError('USAGE', `The editor (${editor}) ended with ${code}; nothing was changed.`);
    const edited = await readFile(file, 'utf8');
    // Most editors end a file with a line end that the text did not have.
    return text.endsWith('\n') ? edited : edited.replace(/\r?\n$/, '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
