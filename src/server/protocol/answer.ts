import type { ErrorBody } from '../../errors.ts';

/** How every client message is acknowledged. `ok: true` of a changing message means that the change is durable. */
export type Answer<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: ErrorBody };
