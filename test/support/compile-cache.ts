import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Compiled sources of the processes that tests start: starting is half the time of many a test. */
export const COMPILE_CACHE = join(tmpdir(), 'holdpoint-test-compile-cache');
