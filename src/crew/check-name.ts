/** Why `name` cannot name an agent, a task or a tool, and what to write; null if it can. */
export function complaintAboutName(name: string): string | null {
  if (FORBIDDEN.includes(name)) return `"${name}" is a word of JavaScript itself. Choose another name.`;
  if (!NAME.test(name)) return `"${name}" is not a name. Write a letter, then letters, digits, "_" or "-".`;
  return null;
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype'];
