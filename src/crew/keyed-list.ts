/** So many items share one piece: a change copies one piece, and the list of pieces. */
const PIECE = 32;

/**
 * An ordered list whose items carry their own key; never changed in place. A run may have thousands of actions and its crew a
 * thousand tasks: putting one in costs the same at any length, where a spread object would copy them all at every event.
 */
export class KeyedList<K extends string, T> implements Iterable<T> {
  readonly size: number;
  readonly #keyOf: (item: T) => K;
  readonly #pieces: readonly (readonly T[])[];
  /** Shared by the versions that follow each other; a version does not see places beyond its size. */
  readonly #places: Map<K, number>;

  private constructor(keyOf: (item: T) => K, pieces: readonly (readonly T[])[], size: number, places: Map<K, number>) {
    this.size = size;
    this.#keyOf = keyOf;
    this.#pieces = pieces;
    this.#places = places;
  }

  static of<K extends string, T>(keyOf: (item: T) => K, items: readonly T[] = []): KeyedList<K, T> {
    const pieces: T[][] = [];
    for (let from = 0; from < items.length; from += PIECE) pieces.push(items.slice(from, from + PIECE));
    return new KeyedList(keyOf, pieces, items.length, new Map(items.map((item, place) => [keyOf(item), place])));
  }

  get(key: K): T | undefined {
    const place = this.placeOf(key);
    return place === undefined ? undefined : this.#pieces[Math.floor(place / PIECE)]?.[place % PIECE];
  }

  has(key: K): boolean {
    return this.placeOf(key) !== undefined;
  }

  /** Where in the order the item stands, from 0. */
  placeOf(key: K): number | undefined {
    const place = this.#places.get(key);
    return place === undefined || place >= this.size ? undefined : place;
  }

  /** With the item in the place of the one that has its key; at the end, where none has. */
  with(item: T): KeyedList<K, T> {
    const known = this.placeOf(this.#keyOf(item));
    const place = known ?? this.size;
    const at = Math.floor(place / PIECE);
    const pieces = this.#pieces.slice();
    const piece = pieces[at]?.slice() ?? [];
    piece[place % PIECE] = item;
    pieces[at] = piece;
    const places = known === undefined ? this.#placesWith(this.#keyOf(item)) : this.#places;
    return new KeyedList(this.#keyOf, pieces, Math.max(this.size, place + 1), places);
  }

  /** Where another version has gone on from here in another way, this one goes on with places of its own. */
  #placesWith(key: K): Map<K, number> {
    const next = this.#places.size === this.size || this.#places.get(key) === this.size;
    const places = next ? this.#places : new Map([...this].map((item, place) => [this.#keyOf(item), place]));
    return places.set(key, this.size);
  }

  /** All, in their order. */
  all(): readonly T[] {
    const [first = [], ...rest] = this.#pieces;
    return rest.length === 0 ? first : first.concat(...rest);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.all()[Symbol.iterator]();
  }
}
