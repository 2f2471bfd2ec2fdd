/**
 * What takes part in the benchmark: a command that runs one mode and prints one line of JSON. Plain JavaScript, because the start
 * of the process is measured too, and Node needs 40 ms to strip types.
 *
 * @typedef {'none' | 'sqlite' | 'postgres'} Store `none`: in memory.
 * @typedef {'none' | 'last' | 'each'} Held Before which tasks a person must approve: none, the last, or each but the first.
 * @typedef {'held' | 'done' | 'lost'} Standing How far a run got; lost: the store knows nothing of it.
 *
 * @typedef {object} Setting What a contestant is told.
 * @property {string} baseURL of the model server
 * @property {string} model
 * @property {Store} store
 * @property {string} database a folder (sqlite), or the address of a database (postgres)
 * @property {number} tasks
 * @property {Held} hold
 *
 * @typedef {object} Contestant Runs are named by whoever starts them. Of a held run it keeps in memory what the library itself keeps.
 * @property {(run: string) => Promise<Standing>} start until the run is held or done
 * @property {(run: string) => Promise<Standing>} resume approves what the run is held on, and goes on
 * @property {(run: string) => Promise<Standing>} recover goes on after the process that had the run was killed
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Entry
 * @property {string} name
 * @property {readonly Store[]} stores
 * @property {(setting: Setting) => Promise<Contestant>} open
 */

const ROLES = [
  'a scout',
  'an analyst',
  'a writer',
  'an editor',
  'a fact checker',
  'a translator',
  'a printer',
  'a critic',
];

/**
 * The words of task number `task`, with the tag by which the model server's log tells requests apart.
 * @param {string} run
 * @param {number} task
 */
export function instruction(run, task) {
  return `Improve what you were given, for the next of your crew. [[run:${run} task:${task}]]`;
}

/** @param {number} task */
export function roleOf(task) {
  return /** @type {string} */ (ROLES[task % ROLES.length]);
}

/** What the first task is given. */
export const TOPIC = 'Where should a person look before machines go on?';

/**
 * @param {Pick<Setting, 'hold' | 'tasks'>} setting
 * @param {number} task
 */
export function isHeld({ hold, tasks }, task) {
  return hold === 'last' ? task === tasks - 1 : hold === 'each' && task > 0;
}
