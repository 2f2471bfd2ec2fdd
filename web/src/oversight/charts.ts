/** Drawing of the small charts: from values to the paths and boxes of an SVG. Pure. */

export interface Frame {
  readonly width: number;
  readonly height: number;
}

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The lowest that a bar with something in it may be, so that it is seen. */
const LEAST = 2;

/** One bar a value, all as wide, `gap` apart; the largest is as high as the frame. None where there is nothing. */
export function bars(
  values: readonly number[],
  { width, height }: Frame,
  { gap = 2, max = Math.max(1, ...values) } = {},
) {
  const each = (width - gap * (values.length - 1)) / values.length;
  return values.map((value, index): Bar => {
    const high = value <= 0 ? 0 : Math.max(LEAST, (value / max) * height);
    return { x: index * (each + gap), y: height - high, width: each, height: high };
  });
}

/** A line through the values from left to right; it begins anew after a gap (null). `''` where there is no value. */
export function line(values: readonly (number | null)[], { width }: Frame, y: (value: number) => number): string {
  const step = width / Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      if (value === null) return '';
      const begins = index === 0 || values[index - 1] === null;
      return `${begins ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
}

/** From a share to its place, so that 1 %, 10 % and 100 % are as far apart: what matters happens near to nothing. */
export function logScale({ height }: Frame, low = 0.01): (share: number) => number {
  return (share) => {
    const placed = Math.min(1, Math.max(low, share));
    return (Math.log(placed) / Math.log(low)) * height;
  };
}

/** From a number between two to its place; the larger is at the top. */
export function linearScale({ height }: Frame, low: number, high: number): (value: number) => number {
  return (value) => height - ((value - low) / Math.max(1e-9, high - low)) * height;
}
