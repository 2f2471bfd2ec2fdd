import { HoldpointError } from '../errors.ts';

/** One mistake in a config: where it is (`tasks.pay.context[0]`), what is wrong and what to write instead. */
export interface ConfigIssue {
  readonly path: string;
  readonly message: string;
}

/** A path as the user would write it: `tasks.pay.context[0]`, `agents["my agent"]`. */
export function pathText(parts: readonly PropertyKey[]): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}

/** Mistakes in a value, as one sentence on one line: `amountUsd: expected number; to: expected string.` */
export function issuesText(issues: readonly ConfigIssue[]): string {
  const text = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** All mistakes of one crew or tool as one error: `details.issues` for programs, the message for people. */
export function refusal(
  code: 'CREW_INVALID' | 'TOOL_INVALID',
  subject: string,
  issues: readonly ConfigIssue[],
): HoldpointError {
  const lines = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const message =
    lines.length === 1
      ? `${subject} is not valid. ${lines[0]}`
      : `${subject} has ${lines.length} mistakes.${lines.map((line) => `\n  ${line}`).join('')}`;
  return new HoldpointError(code, message, { details: { issues } });
}
