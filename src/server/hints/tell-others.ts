import type { Engine } from '../../runner/engine.ts';
import { DeltaRelay } from '../delta-relay.ts';
import { CommitHints } from './commit-hints.ts';
import type { Hints } from './hints.ts';
import { TOLD_AGAIN_MS, WatchedElsewhere } from './watched-elsewhere.ts';

/** Tells other nodes what this one does, until the returned function is called; answers stream to them while they watch the run. */
export function tellOthers(engine: Engine, hints: Hints): () => void {
  const watched = new WatchedElsewhere();
  const committed = new CommitHints((commits) => hints.tell('committed', [...commits]));
  const deltas = new DeltaRelay((delta) => hints.tell('delta', delta));
  const unhear = hints.hear({ watched: (runs) => watched.add(runs, Date.now()) });
  const unsubscribe = engine.on({
    committed: (commit) => {
      deltas.flush(commit.runId);
      committed.add(commit);
    },
    delta: (delta) => {
      if (watched.has(delta.runId, Date.now())) deltas.push(delta);
    },
    watches: (runId) => watched.has(runId, Date.now()),
  });
  const timer = setInterval(() => watched.forgetOld(Date.now()), TOLD_AGAIN_MS).unref();
  return () => {
    clearInterval(timer);
    unsubscribe();
    unhear();
    deltas.close();
    committed.close();
  };
}
