/** The places of the main navigation. */
export const PLACES = [
  { page: 'queue', name: 'Queue' },
  { page: 'runs', name: 'Runs' },
  { page: 'oversight', name: 'Oversight' },
  { page: 'audit', name: 'Audit' },
] as const;
