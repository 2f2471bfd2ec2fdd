/** What the shared options come to, as Commander hands them to a command. */
export interface DebugOptions {
  readonly debug?: boolean;
}
export interface DatabaseOptions extends DebugOptions {
  readonly database?: string;
}
export interface JsonOptions {
  readonly json?: boolean;
}
export interface ServerOptions extends DatabaseOptions {
  readonly url?: string;
  readonly token?: string;
}
export interface ModelOptions {
  readonly model?: string;
}
export interface ReviewOptions {
  readonly review?: 'terminal' | 'none';
}
