// The languages, and their dictionaries. A dictionary is loaded when it is needed.
import type { Strings } from './dictionary';

export type Language = 'en' | 'ru';

/** A language with its dictionary. */
export interface Texts {
  language: Language;
  strings: Strings;
}

const dictionaries: Record<Language, () => Promise<Strings>> = {
  en: async () => (await import('./en')).en,
  ru: async () => (await import('./ru')).ru,
};

/** Names of languages in themselves. */
export const names: Record<Language, string> = { en: 'English', ru: 'Русский' };

/** The chat with oneself: it is found by its name in any language. */
export const notes: Record<Language, string> = { en: 'Notes', ru: 'Заметки' };

export async function textsIn(language: Language): Promise<Texts> {
  return { language, strings: await dictionaries[language]() };
}

/** The first of the browser's languages that there is a dictionary for. */
export function preferred(languages: readonly string[]): Language {
  for (const tag of languages) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'ru') return language;
  }
  return 'en';
}
