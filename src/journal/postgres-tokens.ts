import type { TokenRow, TokenStore } from './journal.ts';
import type { Query } from './postgres-pool.ts';

interface RawToken extends Omit<TokenRow, 'roles' | 'groups'> {
  readonly roles: string;
  readonly groups: string;
}

const SELECT = `SELECT id, hash, "user", roles, groups, created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt" FROM holdpoint.tokens`;

/** How tokens reach the connections of the journal. */
export interface TokenAccess {
  read<T>(work: (query: Query) => Promise<T>): Promise<T>;
  write<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

export function postgresTokens({ read, write }: TokenAccess): TokenStore {
  return {
    add: (row) => write((query) => insert(query, row)),
    byHash: (hash) =>
      read(async (query) => {
        // Each message of a client asks for its token anew.
        const [row] = await query<RawToken>(`${SELECT} WHERE hash = $1`, [hash], { prepared: true });
        return row ? toToken(row) : null;
      }),
    list: () => read(async (query) => (await query<RawToken>(`${SELECT} ORDER BY n`)).map(toToken)),
    revoke: (id, at) =>
      write(async (query) => {
        const revoked = await query(
          'UPDATE holdpoint.tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING id',
          [at, id],
        );
        return revoked.length === 1;
      }),
  };
}

async function insert(query: Query, token: TokenRow): Promise<void> {
  const { id, hash, user, roles, groups, createdAt, expiresAt, revokedAt } = token;
  await query(
    `INSERT INTO holdpoint.tokens (id, hash, "user", roles, groups, created_at, expires_at, revoked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, hash, user, JSON.stringify(roles), JSON.stringify(groups), createdAt, expiresAt, revokedAt],
  );
}

function toToken({ roles, groups, ...rest }: RawToken): TokenRow {
  return { ...rest, roles: JSON.parse(roles) as string[], groups: JSON.parse(groups) as string[] };
}
