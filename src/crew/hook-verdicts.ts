import { z } from 'zod';
import { ReviewPolicy } from '../hooks/review-policy.ts';
import { refusal } from './config-issue.ts';
import type { HookVerdict } from './crew-definition.ts';
import { readShape, strict } from './strict-shape.ts';

const HoldOptions = strict({ reason: z.string(), review: strict(ReviewPolicy.shape).optional() });

/**
 * A hook's answer: stop here for a person. `review` adds to the policy of crew and task.
 *
 * @throws {HoldpointError} `CREW_INVALID` for a policy that is none; thrown inside a hook this holds too, as every throw there does.
 */
export function hold(options: { reason: string; review?: ReviewPolicy }): HookVerdict {
  const { value, issues } = readShape(HoldOptions, options);
  if (!value) throw refusal('CREW_INVALID', 'The hold of a hook', issues);
  return { type: 'hold', reason: value.reason, ...(value.review ? { review: value.review } : {}) };
}

/** A hook's answer: this must not happen. An action is refused; anything else fails with `HOOK_BLOCKED`. */
export function block(reason: string): HookVerdict {
  return { type: 'block', reason };
}
