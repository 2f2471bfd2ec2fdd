import { memoryJournal } from '../../src/journal/memory-journal.ts';
import { journalContract } from '../contracts/journal.contract.ts';

journalContract('memory', async ({ now }) => {
  const journal = memoryJournal({ now });
  return { journal, close: () => journal.close() };
});
