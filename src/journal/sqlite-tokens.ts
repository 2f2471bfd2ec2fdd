import type { TokenRow, TokenStore } from './journal.ts';
import type { Sql } from './sqlite-statements.ts';

interface RawToken extends Omit<TokenRow, 'roles' | 'groups'> {
  readonly roles: string;
  readonly groups: string;
}

const SELECT = `SELECT id, hash, user, roles, groups, created_at AS createdAt, expires_at AS expiresAt,
  revoked_at AS revokedAt FROM tokens`;

/** How tokens reach the two connections of the journal. */
export interface TokenAccess {
  read<T>(query: (sql: Sql) => T): Promise<T>;
  write<T>(work: (sql: Sql) => T): Promise<T>;
}

export function sqliteTokens({ read, write }: TokenAccess): TokenStore {
  return {
    add: (row) => write((sql) => insert(sql, row)),
    byHash: (hash) =>
      read((sql) => {
        const row = sql<RawToken>(`${SELECT} WHERE hash = ?`).get(hash);
        return row ? toToken(row) : null;
      }),
    list: () => read((sql) => sql<RawToken>(`${SELECT} ORDER BY n`).all().map(toToken)),
    revoke: (id, at) =>
      write((sql) => {
        const { changes } = sql('UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(at, id);
        return changes === 1;
      }),
  };
}

function insert(sql: Sql, token: TokenRow): void {
  const { id, hash, user, roles, groups, createdAt, expiresAt, revokedAt } = token;
  sql(
    `INSERT INTO tokens (id, hash, user, roles, groups, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(...[id, hash, user, JSON.stringify(roles), JSON.stringify(groups), createdAt, expiresAt, revokedAt]);
}

function toToken({ roles, groups, ...rest }: RawToken): TokenRow {
  return { ...rest, roles: JSON.parse(roles) as string[], groups: JSON.parse(groups) as string[] };
}
