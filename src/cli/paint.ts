import { styleText } from 'node:util';

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Coloured where the stream shows colours (a terminal, and NO_COLOR is not set). */
export function paint(how: Paint, text: string, stream: NodeJS.WritableStream = process.stderr): string {
  return styleText(how, text, { stream });
}
