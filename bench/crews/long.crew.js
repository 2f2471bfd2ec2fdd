import { relayCrew } from '../contestants/relay.js';

/** Many tasks in a row, to be watched for a while. */
export default relayCrew({ tasks: 100, hold: 'none' });
