import { HoldpointError } from '../errors.ts';
import type { RunId } from '../ids.ts';
import type { Journal } from '../journal/journal.ts';
import { runNotFound } from '../journal/preconditions.ts';

/** The run of an id, if the crew file has its crew. @throws `RUN_NOT_FOUND`, `CREW_NOT_FOUND` */
export async function runOfFile(
  journal: Journal,
  id: string,
  { file, names }: { file: string; names: readonly string[] },
): Promise<RunId> {
  const row = await journal.run(id as RunId);
  if (!row) throw runNotFound(id);
  const { crew } = row.summary;
  if (names.includes(crew)) return row.summary.id;
  throw new HoldpointError(
    'CREW_NOT_FOUND',
    `Run ${id} is of the crew "${crew}"; ${file} has ${names.join(', ')}. Name the file that has its crew.`,
  );
}
