// Some requests want the person to confirm with their password that it is them. However many wait for it, one question.
import type { Api } from '../api/endpoints';

export class Confirmation {
  /** Whether the person is to be asked. */
  wanted = $state(false);
  #api: () => Pick<Api, 'confirm'>;
  #asking: Promise<boolean> | null = null;
  #done: (confirmed: boolean) => void = () => {};

  constructor(api: () => Pick<Api, 'confirm'>) {
    this.#api = api;
  }

  /** Resolves when the person has confirmed, or given it up. */
  ask(): Promise<boolean> {
    this.wanted = true;
    this.#asking ??= new Promise((resolve) => (this.#done = resolve));
    return this.#asking;
  }

  /** Fails if the password is wrong: the person may try again. */
  async give(password: string): Promise<void> {
    await this.#api().confirm(password);
    this.#end(true);
  }

  cancel(): void {
    this.#end(false);
  }

  #end(confirmed: boolean): void {
    this.wanted = false;
    this.#asking = null;
    this.#done(confirmed);
  }
}
