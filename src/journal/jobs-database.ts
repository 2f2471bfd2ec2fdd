import type { ConstructorOptions } from 'pg-boss';
import { JobCollision, sqlStateOf } from './postgres-errors.ts';
import type { Query } from './postgres-pool.ts';

/** What pg-boss sends its statements with. */
export type JobsDatabase = NonNullable<ConstructorOptions['db']>;

/** What was sent, in an order that the server keeps; `done` is the answer, which nobody has to wait for to send what comes next. */
export interface Sent<T> {
  readonly done: Promise<T>;
}

/** Resolves once pg-boss has sent its statement. */
export async function send<T>(query: Query, ask: (db: JobsDatabase) => Promise<T>): Promise<Sent<T>> {
  const sending = Promise.withResolvers<void>();
  const { executeSql } = databaseOn(query);
  const done = ask({
    executeSql(text, values) {
      const answering = executeSql(text, values);
      sending.resolve();
      return answering;
    },
  });
  await Promise.race([sending.promise, done]);
  return sent([done], ([answer]) => answer as T);
}

export function sent<T, U>(answers: readonly Promise<T>[], of: (answers: readonly T[]) => U): Sent<U> {
  const done = Promise.all(answers).then(of);
  // Whoever waits for it is told; that may be later.
  done.catch(() => undefined);
  return { done };
}

/** pg-boss's statements inside a transaction of ours. Where two of them are in each other's way it would go on in a transaction
 *  that has failed. */
export function databaseOn(query: Query): JobsDatabase {
  return {
    async executeSql(text, values = []) {
      try {
        return { rows: await query(text, values) };
      } catch (error) {
        throw sqlStateOf(error) === '23505' ? new JobCollision(error) : error;
      }
    },
  };
}
