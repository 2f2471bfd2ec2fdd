import { isHoldpointError } from '../../src/errors.ts';

export interface Issue {
  path: string;
  message: string;
}

/** All mistakes that `define` is refused for with `code`. Fails if it is not refused so. */
export function issuesOf(code: 'CREW_INVALID' | 'TOOL_INVALID', define: () => unknown): Issue[] {
  try {
    define();
  } catch (error) {
    if (isHoldpointError(error, code)) return (error.details as { issues: Issue[] }).issues;
    throw error;
  }
  throw new Error(`Not refused with ${code}.`);
}
