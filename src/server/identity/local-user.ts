import { userInfo } from 'node:os';

/** Asking the system takes longer than starting a run, and the answer never changes. */
let cachedLocalUser: string | null = null;

/** Who acts at this machine without a token: `local:` and the name of the account that this process runs under. */
export function localUser(): string {
  cachedLocalUser ??= `local:${loginName()}`;
  return cachedLocalUser;
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return process.env.USER || 'unknown';
  }
}
