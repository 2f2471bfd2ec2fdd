import { z } from 'zod';

/** `viewer` reads; `reviewer` also decides; `operator` also starts and cancels runs; `admin` all of it, and tokens. */
export const ROLES = ['viewer', 'reviewer', 'operator', 'admin'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;
