// The privacy settings: presence and read receipts. The server applies them in both directions.
import type { Api } from '../../api/endpoints';
import type { PrivacyItem as Choices } from '../../protocol/socket';

export class Privacy {
  presence = $state(true);
  readReceipts = $state(true);
  #api: Pick<Api, 'changePrivacy'>;
  #onChanged: () => void;

  /** `onChanged`: called when the visibility of presence changed. */
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
