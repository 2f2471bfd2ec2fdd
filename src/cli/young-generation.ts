import { setFlagsFromString } from 'node:v8';

/**
 * For a command that reads a whole journal and ends. V8 doubles its young generation as long as what is read lives through its
 * collections, and most of the time then goes into pages that the system has to clear first: a run of 10,000 events is replayed in
 * about three quarters of the time where it stays as small as it is at the start. For a server it would be too small.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
