/** The part of a pino logger that the server uses. */
export interface ServerLog {
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}
