const FENCE = '```';

/**
 * What a model put between the fences of a Markdown block of code, without the blanks around it; any other text as it is. Not by one
 * expression over all of it: for one that looks for the end, blanks of somebody else's making are work by the cube of their number.
 */
export function unfence(text: string): string {
  const [opening] = /^```(?:json)?\s*/i.exec(text) ?? [];
  if (opening === undefined || !text.endsWith(FENCE) || text.length < 2 * FENCE.length) return text;
  return text.slice(opening.length, -FENCE.length).trimEnd();
}
