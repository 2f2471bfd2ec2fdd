import { bareLoop } from './bare-loop.js';
import { takePart } from './take-part.js';

/** As it is usually measured: `sqlite` is a JSON file a run, written without waiting for the disk. */
await takePart({ name: 'bare', stores: ['none', 'sqlite', 'postgres'], open: bareLoop });
