import { defineCrew } from 'holdpoint';
import { z } from 'zod';
import { instruction, isHeld, roleOf, TOPIC } from './contestant.js';

/** @import { Setting } from './contestant.js' */

/**
 * The crew that is measured: agents in a row, each working on what the one before handed over.
 * @param {Pick<Setting, 'tasks' | 'hold'>} setting
 */
export function relayCrew(setting) {
  const tasks = Array.from({ length: setting.tasks }, (_, task) => task);
  return defineCrew({
    name: 'relay',
    inputs: z.strictObject({ run: z.string() }),
    agents: Object.fromEntries(
      tasks.map((task) => [`agent${task}`, { role: roleOf(task), goal: 'Hand on better work' }]),
    ),
    tasks: Object.fromEntries(
      tasks.map((task) => [
        `task${task}`,
        {
          agent: `agent${task}`,
          // The last mark has a model server answer in JSON, as one does that knows `response_format`.
          description: (/** @type {{ inputs: { run: string } }} */ { inputs }) =>
            `${instruction(inputs.run, task)}${task === 0 ? ` ${TOPIC}` : ''} [[wrap:output]]`,
          ...(isHeld(setting, task) ? { confirm: /** @type {const} */ ('before') } : {}),
        },
      ]),
    ),
  });
}
