/** Messages to a reader that are written at one turn of the event loop, in about a millisecond: what happens meanwhile waits no longer. */
const MESSAGES_A_TURN = 50;

interface Given<Message> {
  /** The ids of all who are connected. */
  readonly readers: () => readonly string[];
  readonly send: (message: Message, readers: readonly string[]) => void;
}

interface Waiting<Message> {
  readonly message: Message;
  readonly readers: readonly string[];
  told: number;
}

/** Tells everybody who is connected, in the order of the messages: at once where they are few, else some at each turn of the loop. */
export class ToAll<Message> {
  readonly #given: Given<Message>;
  readonly #queue: Waiting<Message>[] = [];
  #leftThisTurn = MESSAGES_A_TURN;
  #nextTurn: NodeJS.Immediate | null = null;
  #isClosed = false;

  constructor(given: Given<Message>) {
    this.#given = given;
  }

  add(message: Message): void {
    if (this.#isClosed) return;
    this.#queue.push({ message, readers: this.#given.readers(), told: 0 });
    this.#tellSome();
  }

  /** Nobody is there any more. */
  close(): void {
    this.#isClosed = true;
    if (this.#nextTurn) clearImmediate(this.#nextTurn);
    this.#queue.length = 0;
  }

  #tellSome(): void {
    for (let first = this.#queue[0]; first && this.#leftThisTurn > 0; first = this.#queue[0]) {
      const some = first.readers.slice(first.told, first.told + this.#leftThisTurn);
      first.told += some.length;
      this.#leftThisTurn -= some.length;
      if (first.told === first.readers.length) this.#queue.shift();
      if (some.length > 0) this.#given.send(first.message, some);
    }
    if (this.#leftThisTurn === MESSAGES_A_TURN) return;
    this.#nextTurn ??= setImmediate(() => {
      this.#nextTurn = null;
      this.#leftThisTurn = MESSAGES_A_TURN;
      this.#tellSome();
    });
  }
}
