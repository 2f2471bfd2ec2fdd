import { z } from 'zod';

/** A value that JSON can carry: what journals, proposals, tool inputs and outputs are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const Json: z.ZodType<Json> = z.lazy(() => z.json()) as z.ZodType<Json>;
