import OpenAI from 'openai';
import { instruction, isHeld, roleOf, TOPIC } from './contestant.js';
import { openShelf } from './shelf.js';

/** @import { Contestant, Setting, Standing } from './contestant.js' */
/** @import { Progress } from './shelf.js' */

/**
 * The floor: the OpenAI client in a loop, which writes its output down after each task. No events, no chain, no checks, no lock
 * against a second decision. An approval is nowhere written down, unless it is `synced`: then before the loop acts on it.
 * @param {Setting & { synced?: boolean }} setting
 * @returns {Promise<Contestant>}
 */
export async function bareLoop(setting) {
  const { baseURL, model, tasks } = setting;
  const client = new OpenAI({ baseURL, apiKey: 'none' });
  const shelf = await openShelf(setting);

  /** @param {string} run @param {Progress} from @param {boolean} approved @returns {Promise<Standing>} */
  const goOn = async (run, from, approved) => {
    let { next, output } = from;
    let mayPass = approved;
    for (; next < tasks; next++) {
      if (isHeld(setting, next) && !mayPass) return 'held';
      mayPass = false;
      const answer = await client.chat.completions.create({
        model,
        messages: [
          { role: 'system', content: `You are ${roleOf(next)}. ${instruction(run, next)}` },
          { role: 'user', content: output },
        ],
      });
      output = answer.choices[0]?.message.content ?? '';
      await shelf.put(run, { next: next + 1, output });
    }
    return 'done';
  };
  /** @param {string} run @param {boolean} isApproval @returns {Promise<Standing>} */
  const pickUp = async (run, isApproval) => {
    const progress = await shelf.get(run);
    if (!progress) return 'lost';
    if (isApproval && setting.synced) await shelf.put(run, { ...progress, approved: progress.next });
    return goOn(run, progress, isApproval || progress.approved === progress.next);
  };
  return {
    start: (run) => goOn(run, { next: 0, output: TOPIC }, false),
    resume: (run) => pickUp(run, true),
    recover: (run) => pickUp(run, false),
    close: () => shelf.close(),
  };
}
