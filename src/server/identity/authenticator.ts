import { HoldpointError } from '../../errors.ts';
import type { Journal } from '../../journal/journal.ts';
import { sessionSecretIn } from './cookie.ts';
import type { Credential, Identity } from './identity.ts';
import { LaunchTokens } from './launch-tokens.ts';
import { localUser } from './local-user.ts';
import { hashOfSecret } from './secret.ts';
import { Sessions } from './sessions.ts';

/** What a request brought along to say who sends it. */
export interface Presented {
  /** An API token; over the socket also a launch token. */
  readonly token?: string | undefined;
  /** The `Cookie` header. */
  readonly cookie?: string | undefined;
}

export interface Authenticated {
  readonly credential: Credential;
  readonly identity: Identity;
}

/**
 * Says who calls. A credential is looked at again at every message, because a token can be revoked by another process.
 * Tokens enter here and leave as hashes; none is ever logged or put into a message.
 */
export class Authenticator {
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #launchTokens: LaunchTokens;
  readonly #sessions: Sessions;
  readonly #local = localUser();

  constructor(journal: Journal, { now = Date.now }: { now?: () => number } = {}) {
    this.#journal = journal;
    this.#now = now;
    this.#launchTokens = new LaunchTokens(now);
    this.#sessions = new Sessions(now);
  }

  /** Good once, for five minutes. */
  issueLaunchToken(): string {
    return this.#launchTokens.issue();
  }

  /** Turns a launch token into a session. @throws `UNAUTHENTICATED` if it was used, ran out or never was. */
  openSession(launchToken: string): { secret: string; sessionId: string } {
    if (this.#launchTokens.consume(launchToken)) return this.#sessions.open();
    throw unauthenticated(
      'This launch link was used before or is older than five minutes. Ask the server for a new one.',
    );
  }

  /** @throws `UNAUTHENTICATED` */
  async authenticate({ token, cookie }: Presented): Promise<Authenticated> {
    const credential = token === undefined ? this.#ofCookie(cookie) : this.#ofToken(token);
    return { credential, identity: await this.identify(credential) };
  }

  /** Who the credential stands for now. @throws `UNAUTHENTICATED` if it was revoked or ran out. */
  async identify(credential: Credential): Promise<Identity> {
    if (credential.kind === 'session') return this.#identifySession(credential.sessionId);
    const row = await this.#journal.tokens.byHash(credential.hash);
    if (row === null) throw unauthenticated('There is no such token. `holdpoint token create` makes one.');
    if (row.revokedAt !== null)
      throw unauthenticated(`Token ${row.id} was revoked at ${row.revokedAt}. Ask for a new one.`);
    if (row.expiresAt !== null && Date.parse(row.expiresAt) <= this.#now()) {
      throw unauthenticated(`Token ${row.id} expired at ${row.expiresAt}. Ask for a new one.`);
    }
    const { id: tokenId, user, roles, groups, expiresAt } = row;
    return { tokenId, user, roles, groups, expiresAt };
  }

  #identifySession(sessionId: string): Identity {
    const expiry = this.#sessions.expiryOf(sessionId);
    if (expiry === null) throw unauthenticated('The session has ended. Open the page by a new launch link.');
    const expiresAt = new Date(expiry).toISOString();
    return { tokenId: null, user: this.#local, roles: ['admin'], groups: [], expiresAt };
  }

  #ofCookie(cookie: string | undefined): Credential {
    const secret = sessionSecretIn(cookie);
    if (secret === null) throw unauthenticated('Say who you are: send a token, or open the page by its launch link.');
    return { kind: 'session', sessionId: hashOfSecret(secret) };
  }

  #ofToken(token: string): Credential {
    if (token.startsWith('hp_')) return { kind: 'token', hash: hashOfSecret(token) };
    return { kind: 'session', sessionId: this.openSession(token).sessionId };
  }
}

function unauthenticated(message: string): HoldpointError {
  return new HoldpointError('UNAUTHENTICATED', message);
}
