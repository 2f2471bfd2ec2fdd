/** The members of an object in their order; of one that is such an object itself, its name and its own members. */
export type Members = readonly (string | readonly [name: string, members: Members])[];

/** The values alone of an object that has exactly these members in this order. Null: of any other, or one that would not come back as it was. */
export function packMembers(value: unknown, members: Members): unknown[] | null {
  if (!isPlainObject(value)) return null;
  const names = Object.keys(value);
  if (names.length !== members.length) return null;
  const packed: unknown[] = [];
  for (const [index, member] of members.entries()) {
    const name = typeof member === 'string' ? member : member[0];
    if (names[index] !== name) return null;
    const inner = value[name];
    if (inner === undefined) return null;
    if (typeof member === 'string') packed.push(inner);
    else if (Array.isArray(inner)) return null;
    else packed.push(packMembers(inner, member[1]) ?? inner);
  }
  return packed;
}

/** What `packMembers` made `values` of. */
export function unpackMembers(values: readonly unknown[], members: Members): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [index, member] of members.entries()) {
    const packed = values[index];
    if (typeof member === 'string') value[member] = packed;
    else value[member[0]] = Array.isArray(packed) ? unpackMembers(packed, member[1]) : packed;
  }
  return value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
