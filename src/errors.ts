/**
 * Every error that leaves Holdpoint has a code of this registry; callers branch on the code, never on the message. Codes are
 * never reused. `docs/errors.md` says of each what happened and what to do; a test compares the two.
 * `status` is the HTTP status that REST answers with, `exit` the exit code of the command line.
 */
export const ERRORS = {
  // A decision, claim or comment
  HOLD_NOT_FOUND: { status: 404, exit: 2 },
  HOLD_ALREADY_DECIDED: { status: 409, exit: 2 },
  HOLD_STALE: { status: 409, exit: 2 },
  HOLD_CLAIMED: { status: 409, exit: 2 },
  ALREADY_VOTED: { status: 409, exit: 2 },
  DECISION_NOT_ALLOWED: { status: 409, exit: 2 },
  REASON_REQUIRED: { status: 422, exit: 2 },
  VALUE_INVALID: { status: 422, exit: 2 },
  REQUEST_ID_REUSED: { status: 409, exit: 2 },
  // Who asks, and what they sent
  UNAUTHENTICATED: { status: 401, exit: 2 },
  FORBIDDEN: { status: 403, exit: 2 },
  BAD_REQUEST: { status: 400, exit: 2 },
  RATE_LIMITED: { status: 429, exit: 1 },
  UNAVAILABLE: { status: 503, exit: 1 },
  INTERNAL: { status: 500, exit: 1 },
  // Runs and crews
  RUN_NOT_FOUND: { status: 404, exit: 2 },
  RUN_ENDED: { status: 409, exit: 2 },
  STOPPED: { status: 409, exit: 1 },
  RUN_ACTIVE: { status: 409, exit: 2 },
  RUN_PARKED: { status: 409, exit: 2 },
  RUN_ERASED: { status: 410, exit: 5 },
  FORK_NOT_POSSIBLE: { status: 409, exit: 2 },
  CREW_NOT_FOUND: { status: 404, exit: 2 },
  CREW_INVALID: { status: 422, exit: 2 },
  CREW_CHANGED: { status: 409, exit: 2 },
  TOOL_INVALID: { status: 422, exit: 2 },
  INPUT_INVALID: { status: 422, exit: 2 },
  ACTION_NOT_FOUND: { status: 404, exit: 2 },
  UNDO_NOT_POSSIBLE: { status: 409, exit: 2 },
  // The journal
  JSON_INVALID: { status: 422, exit: 2 },
  EVENT_TOO_LARGE: { status: 422, exit: 1 },
  JOURNAL_FULL: { status: 409, exit: 1 },
  SEQ_CONFLICT: { status: 409, exit: 1 },
  OWNER_LOST: { status: 409, exit: 1 },
  EVENT_IMPOSSIBLE: { status: 500, exit: 5 },
  JOURNAL_BROKEN: { status: 500, exit: 5 },
  REPLAY_DIVERGED: { status: 500, exit: 5 },
  DATABASE_INVALID: { status: 500, exit: 2 },
  DATABASE_NEWER: { status: 500, exit: 2 },
  DATABASE_SERVED: { status: 409, exit: 2 },
  // The model and the tools: how a call failed, as journaled
  MODEL_UNREACHABLE: { status: 502, exit: 1 },
  MODEL_RATE_LIMITED: { status: 502, exit: 1 },
  MODEL_REFUSED: { status: 502, exit: 1 },
  MODEL_TIMEOUT: { status: 504, exit: 1 },
  MODEL_TRUNCATED: { status: 502, exit: 1 },
  MODEL_MALFORMED: { status: 502, exit: 1 },
  MODEL_EMPTY: { status: 502, exit: 1 },
  MODEL_NOT_CONFIGURED: { status: 500, exit: 2 },
  SCRIPT_EXHAUSTED: { status: 500, exit: 1 },
  TOOL_UNKNOWN: { status: 422, exit: 1 },
  TOOL_INPUT_INVALID: { status: 422, exit: 1 },
  TOOL_OUTPUT_INVALID: { status: 422, exit: 1 },
  TOOL_FAILED: { status: 500, exit: 1 },
  TOOL_TIMEOUT: { status: 504, exit: 1 },
  OUTCOME_UNKNOWN: { status: 500, exit: 1 },
  // Why a task or a run failed, as journaled
  OUTPUT_INVALID: { status: 422, exit: 1 },
  GUARDRAIL_FAILED: { status: 422, exit: 1 },
  STEP_LIMIT: { status: 500, exit: 1 },
  REVISIONS_EXHAUSTED: { status: 500, exit: 1 },
  TASK_REJECTED: { status: 500, exit: 1 },
  TASK_FAILED_BY_PERSON: { status: 500, exit: 1 },
  TASK_TIMEOUT: { status: 504, exit: 1 },
  HOLD_EXPIRED: { status: 500, exit: 1 },
  HOOK_BLOCKED: { status: 500, exit: 1 },
  FUNCTION_FAILED: { status: 500, exit: 1 },
  DIGEST_MISMATCH: { status: 500, exit: 1 },
  BUDGET_SPENT: { status: 500, exit: 1 },
  // The command line
  USAGE: { status: 400, exit: 2 },
  LIMIT_INVALID: { status: 400, exit: 2 },
  FILE_INVALID: { status: 400, exit: 2 },
  NODE_TOO_OLD: { status: 500, exit: 2 },
} as const satisfies Record<string, { status: number; exit: number }>;

export type ErrorCode = keyof typeof ERRORS;

/** An error as it travels: on the wire, in the journal, in JSON output. */
export interface ErrorBody {
  code: string;
  message: string;
  details?: unknown;
}

/** The one error class. `message` says what happened and what to do; `details` is plain JSON for programs. */
export class HoldpointError extends Error {
  override readonly name = 'HoldpointError';
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  /** The part that may leave the process: never the stack, never the cause. */
  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details === undefined ? {} : { details: this.details }) };
  }
}

export function isHoldpointError(error: unknown, code?: ErrorCode): error is HoldpointError {
  return error instanceof HoldpointError && (code === undefined || error.code === code);
}

/** What went wrong, as text, from anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
