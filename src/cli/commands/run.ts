import { localUser } from '../../server/identity/local-user.ts';
import { openAsNode } from '../database.ts';
import { type DriveOptions, driveRuns } from '../drive-runs.ts';
import { loadCrew } from '../load-crews.ts';
import { modelsOf } from '../models.ts';
import { type InputOptions, readInputs } from '../read-inputs.ts';

type Options = DriveOptions & InputOptions & { readonly crew?: string };

/** Starts a run of a crew and drives it in this process. */
export async function run(file: string, options: Options): Promise<number> {
  const crew = await loadCrew(file, options.crew);
  const inputs = readInputs(options, crew.config.inputs);
  const models = modelsOf(options, [crew]);
  const journal = await openAsNode(options);
  const start = { requestedBy: localUser() };
  return driveRuns(
    { journal, crews: [crew], models, file, runs: async (engine) => (await engine.start(crew.name, inputs, start)).id },
    options,
  );
}
