/** "user:ana" is ana to people; somebody without a token stays "local:ana", because nobody vouched for them. */
export function showPerson(by: string): string {
  return by.startsWith('user:') ? by.slice('user:'.length) : by;
}

/** The last six characters of an id, enough to tell two of a page apart. */
export function shortId(id: string): string {
  return id.slice(-6);
}
