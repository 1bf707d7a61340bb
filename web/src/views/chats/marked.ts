// Finds searched words in a text by the server's rule (CONTRACT: case, accents, forms). Pure.

/** A character with the marks on it. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;
/** A letter whose marks a search ignores, and these marks. */
const OPTIONAL_MARKS = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])([\u0300-\u036f]+)/gu;
/** Hebrew points and Arabic harakat. */
const POINTS = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\ufb1e\u064b-\u0652\u0670]/gu;
const BREVE = '\u0306';

/** The text in pieces: every second piece is a match. */
export function marked(text: string, words: string): string[] {
  const wanted = words.split(/\s+/).map(folded).filter(Boolean);
  // If two words start alike, the longer match is marked.
  wanted.sort((a, b) => b.length - a.length);
  const clusters = (text.match(CLUSTER) ?? []).map((shown) => ({ shown, folded: folded(shown) }));
  const whole = clusters.map((cluster) => cluster.folded).join('');
  const pieces = [''];
  for (let place = 0, index = 0; index < clusters.length;) {
    const length = wanted.find((word) => whole.startsWith(word, place))?.length ?? 0;
    // A match ends with the character in which it ends.
    const end = place + length;
    let match = '';
    do {
      match += clusters[index]!.shown;
      place += clusters[index]!.folded.length;
      index += 1;
    } while (index < clusters.length && place < end);
    if (length > 0) pieces.push(match, '');
    else pieces[pieces.length - 1] += match;
  }
  return pieces;
}

/** As the server folds what it searches. */
function folded(text: string): string {
  const visible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  // By way of upper case: "ß" and "SS" are the same.
  const lower = visible.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKD');
  return lower.replace(OPTIONAL_MARKS, optional).replace(POINTS, '').normalize('NFC');
}

/** A letter without its marks; й is another letter than и. */
function optional(_: string, letter: string, marks: string): string {
  return letter === 'и' && marks.startsWith(BREVE) ? letter + BREVE : letter;
}
