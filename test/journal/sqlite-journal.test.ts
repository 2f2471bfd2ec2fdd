import { openSqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { journalContract } from '../contracts/journal.contract.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

journalContract('sqlite', async ({ now }) => {
  const folder = await temporaryFolder();
  const journal = await openSqliteJournal({ path: `${folder.path}/new/holdpoint.db`, now });
  const close = async () => {
    await journal.close();
    await folder.remove();
  };
  return { journal, close };
});
