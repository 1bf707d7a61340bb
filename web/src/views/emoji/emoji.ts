// Emoji: how they are found, and in which skin tone they are shown. Pure.
import type { Language } from '../../strings/language';

/** The emoji, its name, words to find it by, and its five skin tones if it has them. */
export type Emoji = [emoji: string, name: string, words: string, tones?: string[]];

/** 0 is yellow, 1 to 5 are light to dark. */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;

/** The quick reactions, available without the picker. */
export const quick = ['👍', '❤️', '😂', '😮', '😢', '🎉'];

/** A hand that shows the tones to choose from. */
export const hands = ['✋', '✋🏻', '✋🏼', '✋🏽', '✋🏾', '✋🏿'];

const loaders: Record<Language, () => Promise<{ default: Emoji[][] }>> = {
  en: () => import('./emoji-data-en'),
  ru: () => import('./emoji-data-ru'),
};

/** All emoji by group, with names in the user's language. */
export async function loadEmoji(language: Language): Promise<Emoji[][]> {
  return (await loaders[language]()).default;
}

export function toned([emoji, , , tones]: Emoji, tone: Tone): string {
  return (tone > 0 && tones?.[tone - 1]) || emoji;
}

/** The emoji with a word for each word of the text. Names that start with the text come first. */
export function find(groups: Emoji[][], text: string): Emoji[] {
  const wanted = words(text);
  const all = groups.flat();
  if (wanted.length === 0) return all.filter((each) => each[0] === text.trim());
  const found = all.filter(([, name, more]) => {
    const has = words(`${name} ${more}`);
    return wanted.every((word) => has.some((each) => each.startsWith(word)));
  });
  const begins = ([, name]: Emoji) => words(name).join(' ').startsWith(wanted.join(' '));
  return [...found.filter((each) => begins(each)), ...found.filter((each) => !begins(each))];
}

function words(text: string): string[] {
  return text
    .toLocaleLowerCase()
    .replaceAll('ё', 'е')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

export const COLUMNS = 8;

/** A place among sections of emoji: which section, and which of its emoji. */
export type Place = [section: number, index: number];

/** Where an arrow key, Home or End moves; null if it moves out at the top or has no meaning. */
export function step(lengths: number[], [section, index]: Place, key: string): Place | null {
  const length = lengths[section] ?? 0;
  const before = lengths[section - 1];
  const after = lengths[section + 1];
  switch (key) {
    case 'ArrowRight':
      if (index + 1 < length) return [section, index + 1];
      return after === undefined ? [section, index] : [section + 1, 0];
    case 'ArrowLeft':
      if (index > 0) return [section, index - 1];
      return before === undefined ? null : [section - 1, before - 1];
    case 'ArrowDown': {
      const lastRow = Math.floor((length - 1) / COLUMNS);
      if (Math.floor(index / COLUMNS) < lastRow) return [section, Math.min(index + COLUMNS, length - 1)];
      return after === undefined ? [section, index] : [section + 1, Math.min(index % COLUMNS, after - 1)];
    }
    case 'ArrowUp': {
      if (index >= COLUMNS) return [section, index - COLUMNS];
      if (before === undefined) return null;
      const row = Math.floor((before - 1) / COLUMNS) * COLUMNS;
      return [section - 1, Math.min(row + index, before - 1)];
    }
    case 'Home':
      return [0, 0];
    case 'End':
      return [lengths.length - 1, (lengths.at(-1) ?? 1) - 1];
    default:
      return null;
  }
}
