import type { TokenRow, TokenStore } from './journal.ts';

/** Tokens of a journal in memory; `copy` keeps callers from sharing rows. */
export function memoryTokens(copy: <T>(value: T) => T): TokenStore {
  const tokens = new Map<string, TokenRow>();
  return {
    async add(row) {
      tokens.set(row.id, copy(row));
    },
    async byHash(hash) {
      return copy([...tokens.values()].find((token) => token.hash === hash) ?? null);
    },
    async list() {
      return copy([...tokens.values()]);
    },
    async revoke(id, at) {
      const token = tokens.get(id);
      if (!token || token.revokedAt !== null) return false;
      tokens.set(id, { ...token, revokedAt: at });
      return true;
    },
  };
}
