// What every view needs: texts and dates in the reader's language, and the router. Handed down as a context.
import { createContext } from 'svelte';
import type { App } from '../state/app.svelte';
import type { Composition } from '../state/composition.svelte';
import type { Messenger } from '../state/messenger.svelte';
import { dates } from '../strings/dates';
import { dictionaries, preferred } from '../strings/language';
import { Dialogs } from './dialogs.svelte';
import { failureText } from './failures';
import { Router } from './router.svelte';

const SAID_FOR = 5_000;

export class Ui {
  readonly app: App;
  readonly router = new Router();
  readonly dialogs = new Dialogs(() => this.say(this.strings.app.notLoaded));
  /** Puts the focus where people are searched; set by that field. */
  findPeople: () => void = () => undefined;
  /** What was said last, for some seconds. */
  said = $state('');
  #hush: ReturnType<typeof setTimeout> | undefined;
  #browser = preferred(navigator.languages);

  language = $derived.by(() => {
    const { language } = this.app.settings;
    return language === 'system' ? this.#browser : language;
  });
  strings = $derived(dictionaries[this.language]);
  dates = $derived(dates(this.#locale(), () => this.app.today.date));

  constructor(app: App) {
    this.app = app;
  }

  say(text: string, milliseconds = SAID_FOR): void {
    clearTimeout(this.#hush);
    this.said = text;
    this.#hush = setTimeout(() => (this.said = ''), milliseconds);
  }

  /** Waits for an action; if it fails, says why. Whether it succeeded. */
  async attempt(action: Promise<unknown>): Promise<boolean> {
    try {
      await action;
      return true;
    } catch (error) {
      this.say(failureText(error, this.strings));
      return false;
    }
  }

  // The browser's own locale where it is of the language: "en-GB" knows its clock better than "en".
  #locale(): string {
    return navigator.languages.find((tag) => tag.startsWith(this.language)) ?? this.language;
  }
}

export const [useUi, provideUi] = createContext<Ui>();
export const [useMessenger, provideMessenger] = createContext<Messenger>();
/** Of the conversation that is open. */
export const [useComposition, provideComposition] = createContext<Composition>();
