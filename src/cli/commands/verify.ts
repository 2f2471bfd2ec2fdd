import { HoldpointError } from '../../errors.ts';
import type { RunId } from '../../ids.ts';
import { type VerifiedRun, verifyLines, verifyRun } from '../../journal/verify.ts';
import { EXIT } from '../exit-codes.ts';
import { journalLines, storedRun } from '../journal-source.ts';
import type { DatabaseOptions, JsonOptions } from '../options.ts';
import { note, printJson, printLine } from '../print.ts';
import { visibleText } from '../visible-text.ts';
import { keepYoungGenerationSmall } from '../young-generation.ts';

interface Options extends DatabaseOptions, JsonOptions {
  readonly head?: string;
}

/** Checks the hash chain of one run, or of all runs of a file. */
export async function verifyJournals(source: string, options: Options): Promise<number> {
  keepYoungGenerationSmall();
  const head = headOf(options.head);
  const lines = journalLines(source);
  const verified = lines ? verifyLines(lines, head) : [await verifyStored(source, options, head)];
  for (const one of verified) tell(one, source, options);
  return verified.every(({ result }) => result.ok) ? EXIT.done : EXIT.diverged;
}

async function verifyStored(id: string, options: Options, head: { head?: string }): Promise<VerifiedRun> {
  const stored = await storedRun(id, options);
  return { run: id as RunId, result: verifyRun(stored, head) };
}

function headOf(head: string | undefined): { head?: string } {
  if (head === undefined) return {};
  if (/^[0-9a-fA-F]{64}$/.test(head)) return { head: head.toLowerCase() };
  throw new HoldpointError('USAGE', `--head takes the 64 hex digits of a hash, not ${JSON.stringify(head)}.`);
}

function tell({ run, result }: VerifiedRun, source: string, { json, head }: Options): void {
  if (json) printJson({ run, ...result, headKnown: head !== undefined });
  if (!result.ok)
    note(`error: The journal of ${run ?? source} is broken: ${sentence(visibleText(result.problem))} (JOURNAL_BROKEN)`);
  else if (!json) printLine(`Run ${run}: the chain holds over ${result.count} events; its head is ${result.head}.`);
  if (head !== undefined) return;
  const say = json || !result.ok ? note : printLine;
  say('Without --head HASH a rewritten tail cannot be excluded.');
}

function sentence(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}
