#!/usr/bin/env node
// Written so that any old Node can read it, and say what it lacks.
// biome-ignore lint/style/useNodejsImportProtocol: old Nodes do not know "node:"
import module from 'module';

var NEEDED = [22, 15];
var version = process.versions.node.split('.').map(Number);

if (version[0] < NEEDED[0] || (version[0] === NEEDED[0] && version[1] < NEEDED[1])) {
  process.stderr.write(
    'error: holdpoint needs Node ' +
      NEEDED.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      '. Install a newer one from https://nodejs.org. (NODE_TOO_OLD)\n',
  );
  process.exitCode = 2;
} else {
  if (module.enableCompileCache) module.enableCompileCache();
  import('../dist/cli/main.js').then((cli) => cli.main(process.argv.slice(2)));
}
