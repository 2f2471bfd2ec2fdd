/**
 * Arrays as the server sends and takes them in its binary form (`array_recv`): nothing is escaped here and nothing is parsed there.
 * Dimensions, whether there are nulls, the type of the elements, their count, the lowest index; then each by its length.
 */

/** By the names that statements give them: their number in `pg_type`, and how one of them is written. */
const TYPES = {
  text: { oid: 25, size: Buffer.byteLength, write: (to: Buffer, value: string, at: number) => to.write(value, at) },
  jsonb: {
    oid: 3802,
    size: (value: string) => Buffer.byteLength(value) + 1,
    // The version of the form, then the text.
    write: (to: Buffer, value: string, at: number) => to.write(value, to.writeUInt8(1, at)),
  },
  int: { oid: 23, size: () => 4, write: (to: Buffer, value: number, at: number) => to.writeInt32BE(value, at) },
  bigint: {
    oid: 20,
    size: () => 8,
    write: (to: Buffer, value: number, at: number) => to.writeBigInt64BE(BigInt(value), at),
  },
  bool: { oid: 16, size: () => 1, write: (to: Buffer, value: boolean, at: number) => to.writeUInt8(Number(value), at) },
} as const;

export type ElementType = keyof typeof TYPES;

interface Codec {
  readonly oid: number;
  readonly size: (value: never) => number;
  readonly write: (to: Buffer, value: never, at: number) => number;
}

const HEADER = 20;

/** `values`: of the type that `type` stands for; null or undefined: nothing. At least one. */
export function binaryArray(type: ElementType, values: readonly unknown[]): Buffer {
  const { oid, size, write }: Codec = TYPES[type];
  const sizes = values.map((value) => (value === null || value === undefined ? -1 : size(value as never)));
  const array = Buffer.allocUnsafe(sizes.reduce((sum, each) => sum + 4 + Math.max(each, 0), HEADER));
  let at = 0;
  for (const word of [1, sizes.includes(-1) ? 1 : 0, oid, values.length, 1]) at = array.writeInt32BE(word, at);
  for (const [index, value] of values.entries()) {
    const length = sizes[index] ?? -1;
    at = array.writeInt32BE(length, at);
    if (length < 0) continue;
    write(array, value as never, at);
    at += length;
  }
  return array;
}
