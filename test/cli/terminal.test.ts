import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/hooks/run-summary.ts';
import { CLI_MAIN, type CliFolder, cliFolder } from '../support/cli.ts';
import { CROWDED, FACTS, NEWSROOM } from '../support/cli-crews.ts';
import { type OpenAIServer, startOpenAIServer } from '../support/openai-server.ts';
import { hasTerminal, type InTerminal, inTerminal, KEYS } from '../support/terminal.ts';

const { enter, down, esc, ctrlC } = KEYS;

function runNewsroom(
  folder: CliFolder,
  { model, env = {} }: { model?: OpenAIServer; env?: Record<string, string> } = {},
): InTerminal {
  const args = ['run', 'newsroom.ts', '--input', 'topic=bees', ...(model ? [] : ['--model', 'rehearsal'])];
  const settings = model ? { OPENAI_BASE_URL: model.baseURL } : {};
  return runInTerminal(folder, args, { ...settings, ...env });
}

function runInTerminal(folder: CliFolder, args: readonly string[], env: Record<string, string> = {}): InTerminal {
  return inTerminal([process.execPath, CLI_MAIN, ...args], { cwd: folder.path, env: { HOME: folder.path, ...env } });
}

async function lastRun(folder: CliFolder): Promise<RunSummary> {
  const [newest] = (await folder.json(['runs'])).lines as [RunSummary];
  return ((await folder.json(['runs', 'show', newest.id])).lines as [RunSummary])[0];
}

describe.skipIf(!hasTerminal)('holds answered in the terminal', () => {
  test('what is shown is approved, and the run ends', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder);
    await terminal.see('What do you say?');
    expect(terminal.shown()).toContain('Proposal');
    expect(terminal.shown()).toContain("The agent's claim (writer), not checked");
    await terminal.press(enter);
    await terminal.see('edit');
    expect(await terminal.code).toBe(0);
    expect(await lastRun(folder)).toMatchObject({ status: 'completed' });
  });

  test('a rejection asks why, and the next proposal is shown', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder);
    await terminal.see('What do you say?');
    await terminal.press(down, down, enter);
    await terminal.see('Why?');
    await terminal.press('too dull', enter);
    await terminal.see(/revision 2[\s\S]*What do you say\?/);
    expect(terminal.shown()).toMatch(/\n {2}before: local:\w+ said reject: too dull/);
    await terminal.press(enter);
    expect(await terminal.code).toBe(0);
  });

  test('a modification is edited in $EDITOR, and shown as a difference before it counts', async () => {
    await using folder = await cliFolder({
      'newsroom.ts': NEWSROOM,
      'editor.sh': '#!/bin/sh\nprintf "written by hand" > "$2"\n',
    });
    await chmod(join(folder.path, 'editor.sh'), 0o755);
    await using terminal = runNewsroom(folder, { env: { EDITOR: './editor.sh --wait' } });
    await terminal.see('What do you say?');
    await terminal.press(down, enter);
    await terminal.see('Use this instead?');
    expect(terminal.shown()).toMatch(/- Rehearsed draft[^\n]*\r?\n\+ written by hand/);
    await terminal.press(enter);
    expect(await terminal.code).toBe(0);
    expect((await lastRun(folder)).outputs).toMatchObject({ draft: 'written by hand' });
  });

  test('an editor that fails takes nothing, and the verdict is asked again', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder, { env: { EDITOR: 'false' } });
    await terminal.see('What do you say?');
    await terminal.press(down, enter);
    await terminal.see(/The editor \(false\) ended with 1; nothing was changed[\s\S]*What do you say\?/);
    await terminal.press(enter);
    expect(await terminal.code).toBe(0);
  });

  test('what is not JSON is told, and given back to be corrected', async () => {
    await using folder = await cliFolder({ 'facts.ts': FACTS });
    await using terminal = runInTerminal(folder, ['run', 'facts.ts', '--model', 'rehearsal']);
    await terminal.see('What do you say?');
    await terminal.press(down, enter);
    await terminal.see('What shall it be instead?');
    await terminal.press('!', enter);
    await terminal.see(/That is not JSON[\s\S]*What now\?/);
    await terminal.press(enter);
    await terminal.see(/What shall it be instead\?[\s\S]*\}!/);
    await terminal.press('\u007f', enter);
    await terminal.see('Use this instead?');
    await terminal.press(enter);
    expect(await terminal.code).toBe(0);
  });

  test('Escape goes back to the verdicts, and there leaves the hold open', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder);
    await terminal.see('What do you say?');
    await terminal.press(down, down, enter);
    await terminal.see('Why?');
    await terminal.press('half a reas', esc);
    await terminal.see('What do you say?');
    await terminal.press(esc);
    expect(await terminal.code).toBe(3);
    expect(terminal.shown()).toMatch(/Left open\.[\s\S]*waits for a decision/);
  });

  test('Ctrl-C in a question leaves the hold open and keeps the run', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder);
    await terminal.see('What do you say?');
    await terminal.press(ctrlC);
    expect(await terminal.code).toBe(3);
    expect(terminal.shown()).toContain('go on with: holdpoint runs resume');
    expect(await lastRun(folder)).toMatchObject({ status: 'held' });
  });

  test('what is left open is told, with how to decide it later', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder);
    await terminal.see('What do you say?');
    await terminal.press(down, down, down, enter);
    expect(await terminal.code).toBe(3);
    expect(terminal.shown()).toContain('holdpoint holds approve');
  });

  test('an agent cannot write into the terminal, neither as it streams nor in its proposal', async () => {
    await using model = await startOpenAIServer();
    await model.rules({
      when: 'bees',
      reply: { output: 'fine\u001b[2J\u001b]0;owned\u0007\u202e', reasoning: '\u001b[8mhidden', confidence: 1 },
    });
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    await using terminal = runNewsroom(folder, { model });
    await terminal.see('What do you say?');
    expect(terminal.shown()).toContain('fine<U+001B>[2J<U+001B>]0;owned<U+0007><U+202E>');
    expect(terminal.shown()).toContain('<U+001B>[8mhidden');
    for (const harmful of ['\u001b[2J', '\u001b]0;', '\u202e', '\u001b[8m'])
      expect(terminal.raw()).not.toContain(harmful);
    await terminal.press(ctrlC);
    expect(await terminal.code).toBe(3);
  });
});

describe.skipIf(!hasTerminal)('holdpoint review', () => {
  test('asks about each hold of the server as it opens, in the name of the token', async () => {
    await using folder = await cliFolder({ 'newsroom.ts': NEWSROOM });
    const server = folder.start(['serve', 'newsroom.ts', '--port', '0', '--model', 'rehearsal', '--json']);
    const [line] = await server.waitFor('stdout', /^\{.*\}\n/);
    const { url } = JSON.parse(line) as { url: string };
    const created = await folder.json(['token', 'create', '--user', 'ana', '--role', 'reviewer', '--role', 'operator']);
    const env = { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: (created.lines as [{ token: string }])[0].token };
    await using terminal = runInTerminal(folder, ['review'], env);
    await terminal.see('Nothing to review');
    const [{ id }] = (await folder.json(['runs', 'start', 'newsroom', '--input', 'topic=bees'], env)).lines as [
      RunSummary,
    ];
    await terminal.see('What do you say?');
    await terminal.press(enter);
    await terminal.see('Nothing to review');
    expect(await folder.json(['runs', 'watch', id], env)).toMatchObject({ code: 0 });
    expect((await folder.json(['holds', 'list', '--status', 'approved'], env)).lines).toMatchObject([
      { decidedBy: ['user:ana'] },
    ]);
    terminal.press(ctrlC);
    expect(await terminal.code).not.toBe(null);
    expect(await readFile(join(folder.path, 'newsroom.ts'), 'utf8')).toBe(NEWSROOM);
  });

  test('begins with the oldest of all open holds, also where a list of them has several pages', async () => {
    await using folder = await cliFolder({ 'crowded.ts': CROWDED });
    const run = await folder.json(['run', 'crowded.ts', '--review', 'none', '--model', 'rehearsal']);
    expect(run).toMatchObject({ code: 3, lines: [{ openHolds: { length: 401 } }] });
    const server = folder.start(['serve', 'crowded.ts', '--port', '0', '--model', 'rehearsal', '--json']);
    const [line] = await server.waitFor('stdout', /^\{.*\}\n/);
    const { url } = JSON.parse(line) as { url: string };
    const created = await folder.json(['token', 'create', '--user', 'ana', '--role', 'reviewer']);
    const env = { HOLDPOINT_URL: url, HOLDPOINT_TOKEN: (created.lines as [{ token: string }])[0].token };
    await using terminal = runInTerminal(folder, ['review'], env);
    await terminal.see('What do you say?');
    expect(terminal.shown()).toMatch(/task +t1, by writer/);
    await terminal.press(enter);
    await terminal.see(/task +t2, by writer[\s\S]*What do you say\?/);
    await terminal.press(enter);
    await terminal.see(/task +t3, by writer[\s\S]*What do you say\?/);
  });
});
