import { main } from '../../src/cli/main.ts';

/** The command line from the sources. */
await main(process.argv.slice(2));
