// The reader's language, and what depends on it: texts, plurals, days and times.
import { en, ru, type Strings } from './dictionary';

export type Language = 'en' | 'ru';

export const dictionaries: Record<Language, Strings> = { en, ru };

/** Names of languages in themselves. */
export const names: Record<Language, string> = { en: 'English', ru: 'Русский' };

/** The first of the browser's languages that there is a dictionary for. */
export function preferred(languages: readonly string[]): Language {
  for (const tag of languages) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === 'en' || language === 'ru') return language;
  }
  return 'en';
}
