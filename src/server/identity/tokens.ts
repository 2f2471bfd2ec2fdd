import { randomBytes } from 'node:crypto';
import { HoldpointError } from '../../errors.ts';
import { Duration, durationMs } from '../../hooks/duration.ts';
import type { Journal, TokenRow } from '../../journal/journal.ts';
import { ROLES, Role } from './roles.ts';
import { hashOfSecret, randomSecret } from './secret.ts';

export interface TokenRequest {
  /** `ana` or `user:ana`. */
  readonly user: string;
  readonly roles: readonly string[];
  readonly groups?: readonly string[] | undefined;
  /** From now, such as `30d`. Default: the token does not expire. */
  readonly expiresIn?: string | undefined;
}

/** The only place where `token` is ever seen; the journal keeps its hash. */
export interface CreatedToken {
  readonly id: string;
  readonly token: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
  readonly expiresAt: string | null;
}

export type ListedToken = Omit<TokenRow, 'hash'>;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/;

/** @throws {HoldpointError} `USAGE` for a name, role, group or duration that cannot be. */
export async function createToken(
  journal: Journal,
  request: TokenRequest,
  { now = Date.now }: { now?: () => number } = {},
): Promise<CreatedToken> {
  const user = `user:${nameOf('user', request.user.replace(/^user:/, ''))}`;
  const roles = rolesOf(request.roles);
  const groups = [...new Set(request.groups ?? [])].map((group) => nameOf('group', group));
  const createdAt = now();
  const expiresAt = expiryOf(request.expiresIn, createdAt);
  const id = `tok_${randomBytes(8).toString('hex')}`;
  const token = `hp_${randomSecret()}`;
  const row = { id, hash: hashOfSecret(token), user, roles, groups, expiresAt, revokedAt: null };
  await journal.tokens.add({ ...row, createdAt: new Date(createdAt).toISOString() });
  return { id, token, user, roles, groups, expiresAt };
}

export async function listTokens(journal: Journal): Promise<ListedToken[]> {
  const rows = await journal.tokens.list();
  return rows.map(({ hash: _hash, ...rest }) => rest);
}

/** @throws {HoldpointError} `USAGE` if there is no such token, or it was revoked before. */
export async function revokeToken(
  journal: Journal,
  id: string,
  { now = Date.now }: { now?: () => number } = {},
): Promise<void> {
  if (await journal.tokens.revoke(id, new Date(now()).toISOString())) return;
  throw new HoldpointError(
    'USAGE',
    `There is no token ${id} to revoke. \`holdpoint token list\` shows which are valid.`,
  );
}

function nameOf(what: 'user' | 'group', name: string): string {
  if (NAME.test(name)) return name;
  const rule = 'Use up to 100 letters, digits and ". _ @ + -", a letter or digit first';
  throw new HoldpointError('USAGE', `${JSON.stringify(name)} cannot be the name of a ${what}. ${rule}.`);
}

function rolesOf(given: readonly string[]): Role[] {
  const unknown = given.find((role) => !Role.safeParse(role).success);
  if (unknown === undefined && given.length > 0) return [...new Set(given)] as Role[];
  const problem = unknown === undefined ? 'A token needs a role.' : `There is no role ${JSON.stringify(unknown)}.`;
  throw new HoldpointError('USAGE', `${problem} Roles are ${ROLES.join(', ')}.`);
}

function expiryOf(expiresIn: string | undefined, nowMs: number): string | null {
  if (expiresIn === undefined) return null;
  const parsed = Duration.safeParse(expiresIn);
  const at = parsed.success ? new Date(nowMs + durationMs(parsed.data)) : null;
  if (at !== null && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new HoldpointError(
    'USAGE',
    `${JSON.stringify(expiresIn)} is not how long a token can last. Write '12h' or '30d'.`,
  );
}
