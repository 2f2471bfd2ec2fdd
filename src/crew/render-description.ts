import type { Json } from '../json/json.ts';

/** A placeholder is an input's key in braces; any other text in braces is left alone. */
const PLACEHOLDER = /\{([A-Za-z_$][\w$-]*)\}/g;

/** The input keys that a template names, each once, in their order. */
export function placeholdersOf(template: string): string[] {
  return [...new Set(Array.from(template.matchAll(PLACEHOLDER), (match) => match[1] ?? ''))];
}

/**
 * A description template filled from the run's inputs: texts as they are, other values as JSON, an absent (optional) input
 * as nothing. What is filled in is not searched for placeholders again. Inputs that have no keys fill none.
 */
export function renderDescription(template: string, inputs: Json): string {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) return template;
  const values = new Map<string, Json>(Object.entries(inputs));
  return template.replaceAll(PLACEHOLDER, (_, key: string) => {
    const value = values.get(key);
    if (value === undefined) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
