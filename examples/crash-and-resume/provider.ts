import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The world outside: what is in this folder outlives every process, as a payment provider's books would. */
const folder = process.env.EXAMPLE_FOLDER ?? '.holdpoint/crash-and-resume';
const calls = join(folder, 'calls.txt');

/** Books an amount once for a key, however often it is asked: that is what makes the tool `idempotent`. */
export function book(idempotencyKey: string, amountUsd: number): void {
  note('tool charge_card');
  const booking = join(folder, `booking-${idempotencyKey.replaceAll(':', '-')}`);
  if (!existsSync(booking)) writeFileSync(booking, `${amountUsd}\n`);
}

export const bookings = (): number => readdirSync(folder).filter((name) => name.startsWith('booking-')).length;

export function note(call: string): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(calls, `${call}\n`);
}

export const timesNoted = (call: string): number =>
  readFileSync(calls, 'utf8')
    .split('\n')
    .filter((line) => line === call).length;

/** Where this process is to be killed: it says that it is there, and waits for the end. */
export async function maybeDie(place: string): Promise<void> {
  if (process.env.DIE_AT !== place) return;
  console.log(`at ${place}`);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
