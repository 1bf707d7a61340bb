// Sentences with names in them. A name may be written from right to left, or contain characters that turn what follows.

/** Somebody in a notice; `you` if that is who reads it. */
export interface Who {
  name: string;
  you: boolean;
}

/** What turns the text around it: directional marks, embeddings, overrides and isolates. */
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Scripts from right to left, and these controls. */
const TURNS =
  /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Adlm}\p{sc=Rohg}\p{sc=Mand}\p{sc=Samr}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const ISOLATE = '\u2068';
const END = '\u2069';

/** A name that may stand in any sentence: it changes the direction of nothing beside it. */
export function isolated(name: string): string {
  return TURNS.test(name) ? `${ISOLATE}${name.replace(CONTROLS, '')}${END}` : name;
}

/** For template literals: each name in them is isolated. Numbers belong into `plural`. */
export function words(texts: TemplateStringsArray, ...names: string[]): string {
  return texts.reduce((sentence, text, index) => sentence + isolated(names[index - 1] ?? '') + text);
}
