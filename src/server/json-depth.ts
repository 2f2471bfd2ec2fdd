/** Whether a value that came from JSON is nested deeper than `max` levels. Looks no deeper than that. */
export function isDeeperThan(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (max === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, max - 1));
}
