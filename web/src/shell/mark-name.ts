/** Marks of tiers and states: always beside a word, so they say nothing by themselves to a screen reader. */
export type MarkName =
  | 'automatic'
  | 'supervised'
  | 'approval'
  | 'human'
  | 'confirm'
  | 'overdue'
  | 'completed'
  | 'held'
  | 'working'
  | 'waiting'
  | 'skipped'
  | 'failed'
  | 'modified';
