/** Dependencies that the package carries: half of the time of `import 'holdpoint'` went into opening the 230 files of the first. */
export const TAKEN_IN = ['openai', 'uuid'] as const;
