import { useEffect, useState } from 'react';
import type { Hold } from '../../../src/client/index.ts';
import { useDesk, useDeskStore } from '../desk/use-desk.ts';
import { isObject } from '../text/show-json.ts';

/** How long after it ran the act of a hold can be undone, in milliseconds, as its run recorded it when it started; null until that is read. */
export function useUndoWindow({ runId, action, impact }: Hold): number | null {
  const store = useDeskStore();
  const live = useDesk((state) => state.link.state === 'live');
  const [read, setRead] = useState<{ readonly runId: string; readonly config: unknown } | null>(null);
  const wanted = impact?.reversible === true && action !== null ? runId : null;
  useEffect(() => {
    if (wanted === null || !live) return;
    let here = true;
    store.client.runs.events(wanted, { limit: 1 }).then(
      ({ events: [first] }) => {
        if (here) setRead({ runId: wanted, config: isObject(first?.data) ? first.data.config : null });
      },
      // Without it the page still says that the act can be undone.
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, [store, wanted, live]);
  return read !== null && read.runId === wanted && action !== null ? windowOf(read.config, action.tool) : null;
}

function windowOf(config: unknown, tool: string): number | null {
  const tools = isObject(config) ? config.tools : null;
  const known = isObject(tools) && Object.hasOwn(tools, tool) ? tools[tool] : null;
  return isObject(known) && typeof known.undoWindowMs === 'number' ? known.undoWindowMs : null;
}
