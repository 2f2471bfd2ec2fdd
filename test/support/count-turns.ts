/** How often the event loop came round while something was at work. */
export async function countTurns(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let next: NodeJS.Immediate;
  const comeRound = () => {
    turns++;
    next = setImmediate(comeRound);
  };
  next = setImmediate(comeRound);
  await work();
  clearImmediate(next);
  return turns;
}
