import type { Crew } from './crew/crew-types.ts';
import type { Hold } from './hooks/hold.ts';
import type { By, Holdpoint } from './open-holdpoint.ts';

/**
 * For tests of a crew: approves every hold that takes an approval, as it opens, in the name of `by`. Holds that want an answer
 * (human, question, escalation, run) are left open, since no answer can be right in general.
 * @returns what it approved so far, and `stop`.
 */
export function approveAll(
  holdpoint: Holdpoint<readonly Crew[]>,
  { by = 'user:test' }: { by?: By } = {},
): { readonly approved: readonly Hold[]; stop(): void } {
  const approved: Hold[] = [];
  const failed: unknown[] = [];
  const stop = holdpoint.on('hold:opened', (hold) => {
    if (!hold.allowed.includes('approve')) return;
    holdpoint.decide({ holdId: hold.id, digest: hold.digest, verdict: 'approve', by }).then(
      () => approved.push(hold),
      (error: unknown) => failed.push(error),
    );
  });
  return {
    approved,
    stop() {
      stop();
      if (failed.length > 0) throw failed[0];
    },
  };
}
