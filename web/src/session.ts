import { connectReview, HoldpointError, type Me, type ReviewClient } from '../../src/client/index.ts';

const TOKEN = 'holdpoint.token';

export interface Session {
  readonly client: ReviewClient;
  readonly me: Me;
}

/** The launch token of the address, which is taken out of it at once: it must not stay in the history or on the screen. */
export function takeLaunchToken(): string | null {
  const launch = /^#launch=(.+)$/.exec(window.location.hash)?.[1];
  if (launch === undefined) return null;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return decodeURIComponent(launch);
}

/** @throws {HoldpointError} `UNAUTHENTICATED` if the link was used before or is too old, `UNAVAILABLE` if no server answers. */
export async function openSession(launchToken: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ launchToken }),
    });
  } catch (cause) {
    throw new HoldpointError('UNAVAILABLE', 'The review server does not answer.', { cause });
  }
  if (response.ok) return;
  const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
  throw new HoldpointError(
    'UNAUTHENTICATED',
    error?.message ?? 'This launch link is not good any more. Ask the server for a new one.',
  );
}

/** By the token of this tab, or else by the cookie that a launch link left. */
export async function connect(token: string | null = sessionStorage.getItem(TOKEN)): Promise<Session> {
  const client = await connectReview(window.location.origin, token === null ? {} : { token });
  try {
    const me = await client.me();
    if (token !== null) sessionStorage.setItem(TOKEN, token);
    return { client, me };
  } catch (error) {
    await client.close();
    throw error;
  }
}

export function forgetToken(): void {
  sessionStorage.removeItem(TOKEN);
}

/**
 * The journal of a run as a file, by the token of this tab or its cookie.
 * @throws {HoldpointError} as the server refuses it; `UNAVAILABLE` if no server answers.
 */
export async function fetchJournal(runId: string): Promise<Blob> {
  const token = sessionStorage.getItem(TOKEN);
  const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
  let response: Response;
  try {
    response = await fetch(`/api/v1/runs/${encodeURIComponent(runId)}/export`, { headers });
  } catch (cause) {
    throw new HoldpointError('UNAVAILABLE', 'The review server does not answer.', { cause });
  }
  if (response.ok) return response.blob();
  const { error } = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
  throw new HoldpointError('UNAVAILABLE', error?.message ?? `The server answered ${response.status}.`);
}
