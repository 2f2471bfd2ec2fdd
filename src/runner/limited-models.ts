import type { ModelSource } from './engine.ts';

/** Gives models that make at most so many calls at a time; further ones wait, and are given up when their signal says so. */
export function limitedModels(models: ModelSource, limits: Readonly<Record<string, number>> = {}): ModelSource {
  if (Object.keys(limits).length === 0) return models;
  const turns = new Map<string, Turns>();
  return (choice) => {
    const model = models(choice);
    const limit = limits[model.name];
    if (limit === undefined) return model;
    const turn = turns.get(model.name) ?? new Turns(limit);
    turns.set(model.name, turn);
    return {
      type: 'model',
      name: model.name,
      async respond(request, options) {
        await turn.take(options.signal);
        try {
          return await model.respond(request, options);
        } finally {
          turn.giveBack();
        }
      },
    };
  };
}

/** So many at a time, in the order that they asked. */
class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(next);
        reject(signal.reason as Error);
      };
      const next = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.add(next);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  giveBack(): void {
    const [next] = this.#waiting;
    if (!next) this.#free++;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
