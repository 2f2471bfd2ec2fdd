import type { ActOptions } from './engine.ts';

/** Requests that take a while: one that is sent again while it is carried out waits for the same answer, and is not begun twice. */
export class RequestsUnderWay<T> {
  readonly #underWay = new Map<string, Promise<T>>();

  join({ actor, request }: ActOptions, work: () => Promise<T>): Promise<T> {
    if (!request) return work();
    const key = JSON.stringify([actor.user, request.id, request.content]);
    const answer = this.#underWay.get(key) ?? work().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer;
  }
}
