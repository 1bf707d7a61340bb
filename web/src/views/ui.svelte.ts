// What every view needs: texts and dates in the reader's language, and the router. Handed down as a context.
import { createContext } from 'svelte';
import type { App } from '../state/app.svelte';
import type { Messenger } from '../state/messenger.svelte';
import { dates } from '../strings/dates';
import { dictionaries, preferred } from '../strings/language';
import { Router } from './router.svelte';

export class Ui {
  readonly app: App;
  readonly router = new Router();
  #browser = preferred(navigator.languages);

  language = $derived.by(() => {
    const { language } = this.app.settings;
    return language === 'system' ? this.#browser : language;
  });
  strings = $derived(dictionaries[this.language]);
  dates = $derived(dates(this.#locale()));

  constructor(app: App) {
    this.app = app;
  }

  // The browser's own locale where it is of the language: "en-GB" knows its clock better than "en".
  #locale(): string {
    return navigator.languages.find((tag) => tag.startsWith(this.language)) ?? this.language;
  }
}

export const [useUi, provideUi] = createContext<Ui>();
export const [useMessenger, provideMessenger] = createContext<Messenger>();
