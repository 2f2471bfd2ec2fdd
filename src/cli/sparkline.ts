const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 24;

/** Numbers as bars in one line: the lowest bar is the least of them or 0, the highest `goal`. The newest stand at the end. */
export function sparkline(numbers: readonly number[], goal: number): string {
  const least = Math.min(0, ...numbers);
  const span = Math.max(goal, ...numbers) - least || 1;
  return thinned(numbers)
    .map((number) => BARS[Math.round(((number - least) / span) * (BARS.length - 1))] ?? '')
    .join('');
}

/** At most `WIDTH` of them, evenly spread, the last among them. */
function thinned(numbers: readonly number[]): readonly number[] {
  if (numbers.length <= WIDTH) return numbers;
  return Array.from(
    { length: WIDTH },
    (_, index) => numbers[Math.round((index * (numbers.length - 1)) / (WIDTH - 1))] ?? 0,
  );
}
