/**
 * What the command line is told by `HOLDPOINT_*` variables. They are taken out of the environment before any crew file is
 * loaded: a tool, or a program that it starts, could otherwise decide its own holds with the reviewer's token.
 */
export type Setting =
  | 'HOLDPOINT_AT_ONCE'
  | 'HOLDPOINT_DATABASE'
  | 'HOLDPOINT_LIMITS'
  | 'HOLDPOINT_MODEL'
  | 'HOLDPOINT_TOKEN'
  | 'HOLDPOINT_URL';

const taken = new Map<string, string>();

export function takeSettings(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (!name.startsWith('HOLDPOINT_')) continue;
    taken.set(name, value.trim());
    delete env[name];
  }
}

/** A variable that is set but blank counts as not set. */
export function setting(name: Setting): string | undefined {
  return taken.get(name) || undefined;
}
