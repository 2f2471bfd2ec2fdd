import type { Hold } from '../../../src/client/index.ts';
import { plainText } from '../hidden-characters.ts';
import { isObject, showJson, showKey } from '../text/show-json.ts';
import { orderOf } from './proposal-rows.ts';

/** How many characters of an act a button names before it is cut. */
const BUTTON_LENGTH = 64;
/** How many characters of an act the head of the item shows; all of it stands in the box. */
const HEADLINE_LENGTH = 280;
/** How many characters of an argument a sentence names. */
const ARGUMENT_LENGTH = 60;
const SYMBOLS: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£' };

/** The act as one sentence, made by us from the exact arguments or said by the tool that would run. */
export function sentenceOf(hold: Hold): string {
  const { kind, task } = hold;
  const said = saidOf(hold);
  if (said !== null) return withMoney(said, moneyOf(hold));
  switch (kind) {
    case 'action':
      return `Run ${toolOf(hold)}${argumentsOf(hold)}`;
    case 'human':
      return `Do ${toolOf(hold)} yourself${argumentsOf(hold)}`;
    case 'after':
      return `Use the output of ${task}`;
    case 'before':
      return `Start ${task}`;
    case 'question':
      return memberOf(hold.proposal, 'question') ?? `${hold.agent} asks a question`;
    case 'escalation':
      return `${task} cannot go on: ${firstLine(withoutFindings(memberOf(memberOfObject(hold.proposal, 'error'), 'message') ?? hold.reasons[0]?.detail ?? 'it failed'))}`;
    case 'run':
      return `${hold.crew} cannot go on: ${hold.reasons[0]?.detail ?? 'it stopped'}`;
    case 'oversight':
      return `Change the oversight of ${toolOf(hold)}`;
  }
}

/**
 * What the tool that would run says of this call. A tool that says nothing has its name there, which says nothing either; and
 * to ask a person has no effect, whatever the tool says.
 */
function saidOf({ kind, impact, action }: Hold): string | null {
  if (impact === null || kind === 'question' || impact.summary === action?.tool) return null;
  return impact.summary;
}

/** What the primary button does, named by its act. */
export function approveLabel(hold: Hold): string {
  if (saidOf(hold) !== null) return `Approve: ${cut(lowerFirst(sentenceOf(hold)))}`;
  switch (hold.kind) {
    case 'action':
      return `Approve: ${cut(lowerFirst(sentenceOf(hold)))}`;
    case 'after':
      return `Approve the output of ${cut(hold.task ?? '')}`;
    case 'before':
      return `Let ${cut(hold.task ?? '')} start`;
    case 'oversight':
      return `Sign: ${cut(lowerFirst(sentenceOf(hold)))}`;
    default:
      return `Approve ${cut(toolOf(hold))}`;
  }
}

/** What a decision is about, short: for the strip, the reject row and titles. */
export function shortAct(hold: Hold): string {
  if (saidOf(hold) !== null) return cut(sentenceOf(hold));
  if (hold.kind === 'after') return `Output of ${hold.task}`;
  if (hold.kind === 'before') return `Start of ${hold.task}`;
  if (hold.kind === 'question') return cut(sentenceOf(hold));
  if (hold.kind === 'escalation') return `${hold.task}, which failed`;
  return hold.action ? toolOf(hold) : (hold.crew ?? hold.kind);
}

/** The two parts of a row of the queue: the verb in the machine's words, and its object. */
export function rowWords(hold: Hold): { readonly verb: string; readonly object: string; readonly amount: string } {
  const { kind, impact, action, task, proposal } = hold;
  const amount = moneyOf(hold) ?? wordsIn(proposal) ?? '';
  if (action && kind !== 'question') {
    const object = impact?.target ?? saidOf(hold) ?? firstArgument(hold) ?? '';
    return { verb: action.tool, object, amount };
  }
  const object =
    kind === 'after'
      ? (firstText(proposal) ?? '')
      : kind === 'before'
        ? (memberOf(proposal, 'description') ?? '')
        : kind === 'question'
          ? (memberOf(proposal, 'question') ?? '')
          : (memberOf(memberOfObject(proposal, 'error'), 'message') ?? hold.reasons[0]?.detail ?? '');
  return { verb: task ?? hold.crew ?? kind, object: oneLine(object), amount };
}

/** How a text begins, without the marks that make it a heading or a list. */
function oneLine(text: string): string {
  return text
    .slice(0, 1_000)
    .replace(/^(?:[#>*+-]+ )+/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** What a schema finds wrong stands in the box, one line each. */
function withoutFindings(text: string): string {
  return text.split(/:?\s*✖/)[0] || text;
}

/** What a longer complaint begins with; all of it stands in the box. */
function firstLine(text: string): string {
  const [line = '', ...more] = text.split('\n');
  return more.length === 0 ? line : line.replace(/:$/, '.');
}

/** The amount as people write it: with its currency where an argument of that value is named for one. */
export function moneyOf({ impact, proposal }: Hold): string | null {
  const amount = impact?.amount;
  if (amount === undefined) return null;
  const input = memberOfObject(proposal, 'input');
  const key = Object.entries(input).find(([name, value]) => value === amount && currencyOf(name) !== null)?.[0];
  const symbol = key === undefined ? null : currencyOf(key);
  if (symbol === null) return amount.toLocaleString('en-US');
  return `${symbol}${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** "$120" becomes "$120.00" where that very amount stands in the sentence. */
function withMoney(sentence: string, money: string | null): string {
  if (money === null || sentence.includes(money)) return sentence;
  const bare = money.replace(/\.00$/, '');
  const written = [bare, bare.replaceAll(',', ''), money.replaceAll(',', ''), money.replace(/0$/, '')];
  const pattern = written.map((form) => form.replace(/[$.]/g, '\\$&')).join('|');
  return sentence.replace(new RegExp(`(?:${pattern})(?!\\d|[.,]\\d)`), () => money);
}

function currencyOf(name: string): string | null {
  const code = /(?:^|_|[a-z])(usd|eur|gbp)$/i.exec(name)?.[1]?.toLowerCase();
  return (code && SYMBOLS[code]) ?? null;
}

function argumentsOf(hold: Hold): string {
  const entries = inputOf(hold);
  if (entries.length === 0) return '';
  return ` with ${entries.map(([key, value]) => `${showKey(key)} ${beginning(typeof value === 'string' ? value : showJson(value))}`).join(', ')}`;
}

/** The arguments in the order of the box. */
function inputOf(hold: Hold): [string, unknown][] {
  const input = memberOfObject(hold.proposal, 'input');
  const keys = [...new Set([...orderOf(hold), ...Object.keys(input)])].filter((key) => Object.hasOwn(input, key));
  return keys.map((key) => [key, input[key]]);
}

/** One long argument must not push the others out of a sentence; all of it stands in the box. */
function beginning(text: string): string {
  const characters = [...text.slice(0, 2 * ARGUMENT_LENGTH)];
  return characters.length <= ARGUMENT_LENGTH && text.length <= 2 * ARGUMENT_LENGTH
    ? text
    : `${characters.slice(0, ARGUMENT_LENGTH).join('').trimEnd()}…`;
}

function toolOf({ action }: Hold): string {
  return action?.tool ?? 'this';
}

function wordsIn(proposal: unknown): string | null {
  if (typeof proposal !== 'string') return null;
  const count = proposal.split(/\s+/).filter((word) => word !== '').length;
  return count === 1 ? '1 word' : `${count} words`;
}

/** The first argument that is a text, or all of them as JSON. */
function firstArgument(hold: Hold): string | null {
  const text = inputOf(hold).find(([, value]) => typeof value === 'string' && value !== '')?.[1];
  return typeof text === 'string' ? oneLine(text) : firstText(memberOfObject(hold.proposal, 'input'));
}

function firstText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return value === null || value === undefined ? null : showJson(value);
  return (
    (Object.values(value).find((member) => typeof member === 'string' && member !== '') as string | null) ??
    showJson(value)
  );
}

export function memberOf(value: unknown, key: string): string | null {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === 'string' ? member : null;
}

export function memberOfObject(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const member = isObject(value) ? value[key] : undefined;
  return isObject(member) ? member : {};
}

function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** A sentence that is too long for a heading, with its start and its end: what decides may stand in either. */
export function headline(sentence: string): string {
  const characters = [...sentence];
  if (characters.length <= HEADLINE_LENGTH) return sentence;
  return `${characters.slice(0, 170).join('').trimEnd()} … ${characters.slice(-90).join('').trimStart()}`;
}

/** Safe in a button or a title: hidden characters written out, and not too long. */
function cut(text: string): string {
  const line = plainText(text).replace(/\s+/g, ' ').trim();
  return line.length > BUTTON_LENGTH ? `${line.slice(0, BUTTON_LENGTH - 1).trimEnd()}…` : line;
}
