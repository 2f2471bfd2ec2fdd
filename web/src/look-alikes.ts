/**
 * Letters of other scripts that cannot be told from Latin ones. Only those: an alpha or an omega beside Latin letters is science,
 * an "а" of Cyrillic in "pаypal" is not.
 */
const ALIKE =
  'асеорхуѕіјԁһԛԝѵӏАВСЕНІЈКМОРЅТХУҮ' + // Cyrillic
  'ονρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ' + // Greek
  'օոսցԱՏՕ' + // Armenian
  'ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᏀᏃᏆᏞᏟᏢᏦᏧ'; // Cherokee
const CONFUSABLE: ReadonlySet<string> = new Set(ALIKE);
const OTHER_SCRIPT = /\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Armenian}|\p{Script=Cherokee}/u;
const LATIN = /[A-Za-z]/;
const WIDE = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;
const NOTHING: ReadonlySet<number> = new Set();

/**
 * Where letters stand that only look like Latin ones, as indexes into `characters`: in a word that has Latin letters too, or in a
 * text that is Latin but for them. Mathematical and full-width forms of Latin letters and digits count, but for East Asian texts.
 */
export function lookAlikesIn(characters: readonly string[]): ReadonlySet<number> {
  const text = characters.join('');
  if (!LATIN.test(text)) return NOTHING;
  const suspects = characters.flatMap((character, index) =>
    CONFUSABLE.has(character) || (isDressedUp(character) && !WIDE.test(text)) ? [index] : [],
  );
  if (suspects.length === 0) return NOTHING;
  const isForeign = characters.some((character) => OTHER_SCRIPT.test(character) && !CONFUSABLE.has(character));
  return new Set(suspects.filter((index) => !isForeign || hasLatinBeside(characters, index)));
}

/** "𝐀" and "Ａ" are an A to whoever reads, and another letter to whoever compares. */
function isDressedUp(character: string): boolean {
  if ((character.codePointAt(0) ?? 0) < 0x2100) return false;
  return /^[\p{L}\p{Nd}]$/u.test(character) && /^[A-Za-z0-9]$/.test(character.normalize('NFKC'));
}

function hasLatinBeside(characters: readonly string[], index: number): boolean {
  for (const step of [-1, 1]) {
    for (let at = index + step; /^[\p{L}\p{M}\p{Nd}_]$/u.test(characters[at] ?? ''); at += step)
      if (LATIN.test(characters[at] ?? '')) return true;
  }
  return false;
}
