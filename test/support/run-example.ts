import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './build-once.ts';

/** What an example says, at the top of its `main.ts`, that it prints. `…` stands for anything. */
export function documentedOutput(name: string): RegExp {
  const source = readFileSync(join(ROOT, 'examples', name, 'main.ts'), 'utf8');
  const head = source.slice(0, source.indexOf('*/'));
  const lines = [...head.matchAll(/^ \* {5}(.*)$/gm)].map(([, line = '']) => line);
  if (lines.length === 0) throw new Error(`examples/${name}/main.ts does not say what it prints`);
  return new RegExp(`^${lines.map(asPattern).join('\n')}\n$`);
}

function asPattern(line: string): string {
  return line
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.+');
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an example as its reader would, in an empty folder. */
export function runExample(name: string, folder: string): Promise<Ran> {
  return runNode([join(ROOT, 'examples', name, 'main.ts')], folder, { EXAMPLE_FOLDER: folder });
}

export function runCli(args: readonly string[], folder: string, env: Record<string, string> = {}): Promise<Ran> {
  return runNode([join(ROOT, 'bin', 'holdpoint.js'), ...args], folder, env);
}

function runNode(args: readonly string[], folder: string, env: Record<string, string>): Promise<Ran> {
  const database = `file:${join(folder, 'holdpoint.db')}`;
  const { HOLDPOINT_MODEL: _model, OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...inherited } = process.env;
  const options = { cwd: folder, env: { ...inherited, HOLDPOINT_DATABASE: database, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

/** A model server that answers nobody, and counts who asks. */
export async function countingModelServer(): Promise<{ url: string; requests: () => number; close: () => void }> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, requests: () => requests, close: () => server.close() };
}
