// What others may learn of oneself: whether one is online, and what one has read. The server applies it, both ways.
import type { Api } from '../api/endpoints';
import type { Privacy as Choices } from '../protocol/rows';

export class Privacy {
  presence = $state(true);
  readReceipts = $state(true);
  #api: Pick<Api, 'changePrivacy'>;
  #onChanged: () => void;

  /** `onChanged`: who is online may be known from now on, or no longer. */
  constructor(api: Pick<Api, 'changePrivacy'>, onChanged: () => void) {
    this.#api = api;
    this.#onChanged = onChanged;
  }

  /** As the server has it, by `hello` or changed on another device. */
  heard(choices: Choices | undefined): void {
    const { presence, readReceipts } = { presence: true, readReceipts: true, ...choices };
    const changed = presence !== this.presence;
    this.presence = presence;
    this.readReceipts = readReceipts;
    if (changed) this.#onChanged();
  }

  async change(choice: Partial<Choices>): Promise<void> {
    this.heard(await this.#api.changePrivacy(choice));
  }
}
