import { relayCrew } from '../contestants/relay.js';

/** Three tasks in a row, and nobody is asked. */
export default relayCrew({ tasks: 3, hold: 'none' });
