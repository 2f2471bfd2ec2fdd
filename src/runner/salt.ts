import { randomFillSync } from 'node:crypto';

const SALT_BYTES = 16;
const POOLED = 256;

/** Gives fresh salts, 16 random bytes in hex each. One call to the system serves many: alone, each would cost as much as hashing its event. */
export function saltSource(): () => string {
  const pool = Buffer.alloc(SALT_BYTES * POOLED);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += SALT_BYTES;
    return pool.toString('hex', at - SALT_BYTES, at);
  };
}
