import { note } from './print.ts';

export interface PagingOptions {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly all?: boolean | undefined;
}

/** The longest page that a list gives. */
const LONGEST = 200;

/** One page of a list, or with `all` every page from there on; says on stderr where a list goes on that was cut. */
export async function* listPages<T>(
  { limit, cursor: from, all }: PagingOptions,
  read: (page: {
    limit: number;
    cursor: string | undefined;
  }) => Promise<{ items: readonly T[]; cursor: string | null }>,
): AsyncGenerator<readonly T[], void, void> {
  let cursor = from;
  do {
    const page = await read({ limit: all ? LONGEST : limit, cursor });
    yield page.items;
    cursor = page.cursor ?? undefined;
  } while (all && cursor !== undefined);
  if (cursor !== undefined) note(`There are more: add --cursor ${cursor}, or --all for the whole list.`);
}
