import { type HoldpointError, isHoldpointError } from '../errors.ts';
import type { Hold } from '../hooks/hold.ts';
import type { Verdict } from '../hooks/review-policy.ts';
import type { Json } from '../json/json.ts';
import { askValue } from './ask-value.ts';
import type { Desk } from './desk.ts';
import { errorLines } from './error-lines.ts';
import { holdText } from './hold-text.ts';
import { Prompts, type Terminal, WentBack } from './terminal.ts';

/** `done`: decided, here or meanwhile elsewhere, or changed, so that it must be looked at again. */
export type Answered = 'done' | 'left';

type Decision = { verdict: Verdict; value?: Json; reason?: string; overrideClaim?: boolean };

/**
 * Shows one hold and takes this person's decision on exactly what was shown. Escape goes back to the verdicts, and there
 * leaves the hold open. @throws `Interrupted`
 */
export async function answerHold(
  desk: Pick<Desk, 'holds' | 'decide' | 'claim'>,
  holdId: string,
  terminal: Terminal,
): Promise<Answered> {
  const prompts = new Prompts(terminal);
  const { hold, you } = await desk.holds.get(holdId);
  if (hold.status !== 'open') return 'done';
  prompts.show(holdText(hold, terminal.output));
  if (you.may.length === 0) {
    prompts.say(`You may not decide this. ${you.why ?? ''}`);
    return 'left';
  }
  for (;;) {
    const choice = await orBack(prompts.choose('What do you say?', choices(you.may)));
    if (choice === null || choice === 'leave') {
      // Without colours a question that was left looks answered.
      prompts.say('Left open.');
      return 'left';
    }
    const decision = await orBack(decisionOf(choice, hold, terminal));
    if (decision === null) continue;
    const answered = await orBack(send(desk, hold, decision, prompts));
    if (answered) return answered;
  }
}

/** Null if the person went back. */
async function orBack<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WentBack) return null;
    throw error;
  }
}

function choices(may: readonly Verdict[]): { value: Verdict | 'leave'; label: string; hint?: string }[] {
  const known = {
    approve: { value: 'approve', label: 'Approve', hint: 'it goes on exactly as shown' },
    modify: { value: 'modify', label: 'Modify', hint: 'put something else in its place' },
    reject: { value: 'reject', label: 'Reject', hint: 'say why' },
    respond: { value: 'respond', label: 'Respond' },
  } as const;
  return [...may.map((verdict) => known[verdict]), { value: 'leave', label: 'Leave it open' }];
}

/** Null if the person went back. */
async function decisionOf(verdict: Verdict, hold: Hold, terminal: Terminal): Promise<Decision | null> {
  const prompts = new Prompts(terminal);
  switch (verdict) {
    case 'approve':
      return { verdict };
    case 'reject':
      return { verdict, reason: await prompts.line('Why? The agent is told.', { required: true }) };
    case 'modify':
    case 'respond': {
      const value = await askValue(hold, verdict, terminal);
      return value === null ? null : { verdict, value: value.value };
    }
  }
}

/** Null if the person must say something else. */
async function send(
  desk: Pick<Desk, 'decide' | 'claim'>,
  hold: Hold,
  decision: Decision,
  prompts: Prompts,
): Promise<Answered | null> {
  try {
    // Whoever records what they did outside must have claimed it, so that two people do not act twice.
    if (hold.kind === 'human' && decision.verdict === 'respond') await desk.claim(hold.id);
    await desk.decide(hold.id, { digest: hold.digest, ...decision });
    return 'done';
  } catch (error) {
    if (!isHoldpointError(error)) throw error;
    if (error.code === 'REASON_REQUIRED') {
      return send(
        desk,
        hold,
        { ...decision, reason: await prompts.line('Why? The policy asks for a reason.', { required: true }) },
        prompts,
      );
    }
    prompts.say(errorLines(error));
    if (error.code === 'HOLD_CLAIMED' && !decision.overrideClaim && (await decideAllTheSame(prompts)))
      return send(desk, hold, { ...decision, overrideClaim: true }, prompts);
    return answerAfter(error);
  }
}

async function decideAllTheSame(prompts: Prompts): Promise<boolean> {
  const options = [
    { value: 'no', label: 'No, leave it to them' },
    { value: 'yes', label: 'Yes, decide all the same' },
  ] as const;
  return (await prompts.choose('Somebody else is at it. Decide all the same?', options)) === 'yes';
}

function answerAfter(error: HoldpointError): Answered | null {
  switch (error.code) {
    case 'HOLD_ALREADY_DECIDED':
    case 'HOLD_STALE':
      return 'done';
    case 'ALREADY_VOTED':
    case 'FORBIDDEN':
    case 'UNAUTHENTICATED':
      return 'left';
    case 'UNAVAILABLE':
      throw error;
    default:
      return null;
  }
}
