import { expect, test } from 'vitest';
import { crewMachine } from '../../src/crew/crew-machine.ts';
import { ENDED, isEnded, RunStatus } from '../../src/hooks/run-summary.ts';

test('the statuses that are never left are those in which the machine of a run is done', () => {
  const final = Object.values(crewMachine.states).filter(({ type }) => type === 'final');
  expect(final.map(({ key }) => key).sort()).toEqual([...ENDED].sort());
  expect(RunStatus.options.filter(isEnded)).toEqual([...ENDED]);
});
