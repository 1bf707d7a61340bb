// The browser's settings: theme, language, notifications. They apply to every user of this browser.
import type { Language } from '../../strings/language';
import { load, onOtherTab, save } from './storage';

export type Theme = 'system' | 'light' | 'dark';

interface Values {
  theme: Theme;
  language: Language | 'system';
  notifications: boolean;
  sound: boolean;
}

const KEY = 'hearth.settings';
const defaults: Values = { theme: 'system', language: 'system', notifications: true, sound: true };

export class Settings {
  #values = $state.raw<Values>({ ...defaults, ...load<Partial<Values>>(KEY) });

  get theme(): Theme {
    return this.#values.theme;
  }

  get language(): Language | 'system' {
    return this.#values.language;
  }

  get notifications(): boolean {
    return this.#values.notifications;
  }

  get sound(): boolean {
    return this.#values.sound;
  }

  change(values: Partial<Values>): void {
    this.#values = { ...this.#values, ...values };
    save(KEY, this.#values);
  }

  /** Follows changes in other tabs. */
  follow(): void {
    onOtherTab(KEY, () => (this.#values = { ...defaults, ...load<Partial<Values>>(KEY) }));
  }
}
