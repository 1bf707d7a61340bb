// Asks for the password when a request needs confirmation. Concurrent requests share one dialog.
import type { Api } from '../../api/endpoints';

export class Confirmation {
  /** Whether the dialog is shown. */
  wanted = $state(false);
  #api: () => Pick<Api, 'confirm'>;
  #asking: Promise<boolean> | null = null;
  #done: (confirmed: boolean) => void = () => {};

  constructor(api: () => Pick<Api, 'confirm'>) {
    this.#api = api;
  }

  /** Resolves when the user has confirmed or cancelled. */
  ask(): Promise<boolean> {
    this.wanted = true;
    this.#asking ??= new Promise((resolve) => (this.#done = resolve));
    return this.#asking;
  }

  /** Fails if the password is wrong; the user may try again. */
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
