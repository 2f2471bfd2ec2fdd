import { relayCrew } from '../contestants/relay.js';

/** Three tasks, of which the last waits for a person. */
export default relayCrew({ tasks: 3, hold: 'last' });
