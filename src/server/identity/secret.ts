import { randomBytes } from 'node:crypto';
import { sha256 } from '../../json/digest.ts';

/** 256 random bits, base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 as hex: secrets are compared and kept by their hashes only, so that neither the store nor the time taken gives them away. */
export function hashOfSecret(secret: string): string {
  return sha256(secret);
}
