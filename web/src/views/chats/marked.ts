// Where searched words stand in a text. Pure.

/** The text in pieces: each second one is a match. */
export function marked(text: string, words: string): string[] {
  const wanted = words.split(/\s+/).filter(Boolean);
  // Of two words that begin alike the longer one is to be marked.
  const longestFirst = wanted.sort((a, b) => b.length - a.length).map(literal);
  return longestFirst.length > 0 ? text.split(new RegExp(`(${longestFirst.join('|')})`, 'giu')) : [text];
}

function literal(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
