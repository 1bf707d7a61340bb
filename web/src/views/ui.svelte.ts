// What every view needs: texts and dates in the user's language, and the router. Passed down as a context.
import { createContext } from 'svelte';
import type { App } from '../state/app.svelte';
import type { Composition } from '../state/outbox/composition.svelte';
import type { Messenger } from '../state/messenger.svelte';
import { dates } from '../strings/dates';
import type { Strings } from '../strings/dictionary';
import { preferred, textsIn, type Language, type Texts } from '../strings/language';
import { Dialogs } from './dialogs.svelte';
import { failureText } from './failures';
import { Router } from './router.svelte';

const SAID_FOR = 5_000;

export class Ui {
  readonly app: App;
  readonly router = new Router();
  readonly dialogs = new Dialogs(() => this.say(this.strings.app.notLoaded));
  /** Focuses the people search; set by that field. */
  findPeople: () => void = () => undefined;
  /** The last toast, for some seconds. */
  said = $state('');
  #hush: ReturnType<typeof setTimeout> | undefined;
  #texts: Texts = $state.raw()!;
  dates = $derived(dates(this.#locale(), () => this.app.today.date));

  /** `texts`: those of the language that is chosen now. */
  constructor(app: App, texts: Texts) {
    this.app = app;
    this.#texts = texts;
  }

  get language(): Language {
    return this.#texts.language;
  }

  get strings(): Strings {
    return this.#texts.strings;
  }

  /** Switches to the chosen language when its texts are loaded. */
  async followLanguage(): Promise<void> {
    const wanted = chosen(this.app);
    if (wanted === this.language) return;
    const texts = await textsIn(wanted).catch(() => this.say(this.strings.app.notLoaded));
    if (texts && wanted === chosen(this.app)) this.#texts = texts;
  }

  say(text: string, milliseconds = SAID_FOR): void {
    clearTimeout(this.#hush);
    this.said = text;
    this.#hush = setTimeout(() => (this.said = ''), milliseconds);
  }

  /** Awaits an action and shows why it failed. Returns whether it succeeded. */
  async attempt(action: Promise<unknown>): Promise<boolean> {
    try {
      await action;
      return true;
    } catch (error) {
      this.say(failureText(error, this.strings));
      return false;
    }
  }

  // The browser's own locale if it is of the language: "en-GB" has a different clock than "en".
  #locale(): string {
    return navigator.languages.find((tag) => tag.startsWith(this.language)) ?? this.language;
  }
}

/** The language in the settings. */
export function chosen({ settings }: App): Language {
  return settings.language === 'system' ? preferred(navigator.languages) : settings.language;
}

export const [useUi, provideUi] = createContext<Ui>();
export const [useMessenger, provideMessenger] = createContext<Messenger>();
/** Of the open chat. */
export const [useComposition, provideComposition] = createContext<Composition>();
