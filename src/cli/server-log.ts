import { type Logger, pino } from 'pino';
import { HoldpointError } from '../errors.ts';

export interface LogOptions {
  readonly logLevel?: string;
  readonly logFile?: string;
}

const LEVELS = [...Object.values(pino.levels.labels), 'silent'];

/** The log of a serving process: JSON lines to a file or stderr; on a terminal, lines for people. @throws `USAGE` */
export async function serverLog({ logLevel = 'info', logFile }: LogOptions): Promise<Logger> {
  if (!LEVELS.includes(logLevel))
    throw new HoldpointError(
      'USAGE',
      `There is no log level ${JSON.stringify(logLevel)}. Write one of: ${LEVELS.join(', ')}.`,
    );
  if (logFile !== undefined)
    return pino({ level: logLevel }, pino.destination({ dest: logFile, mkdir: true, sync: true, mode: 0o600 }));
  if (!process.stderr.isTTY) return pino({ level: logLevel }, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level: logLevel },
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }),
  );
}
