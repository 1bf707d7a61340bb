// The root of the state: the session and its messenger.
import { endpoints, type Api } from '../api/endpoints';
import { http } from '../api/http';
import type { LogIn, SignUp } from '../protocol/rest';
import { browser } from '../socket/environment';
import { forgetCaches, forgetOthers, forgetUser, openDatabase } from './device/database';
import { forgetEmojiUse } from './device/emoji-use.svelte';
import { Settings } from './device/settings.svelte';
import { forgetOthers as forgetTextsOfOthers } from './device/storage';
import { Today } from './device/today.svelte';
import { ofThisPage, Updates } from './device/updates.svelte';
import { Messenger } from './messenger.svelte';
import { forgetDrafts } from './outbox/drafts.svelte';
import { forgetJournal } from './outbox/journal';
import { forgetBlocked } from './people/blocked.svelte';
import { Confirmation } from './session/confirmation.svelte';
import { deviceToken, forgetDeviceToken, keepDeviceToken } from './session/devices';
import { FreshToken } from './session/fresh-token';
import { Session } from './session/session.svelte';

export class App {
  readonly session = new Session();
  readonly settings = new Settings();
  readonly today = new Today(browser);
  readonly confirmation = new Confirmation(() => this.api);
  readonly api: Api;
  messenger = $state.raw<Messenger | null>(null);
  /** How the last session ended, if not by logging out. */
  ended = $state<'expired' | 'deleted' | null>(null);
  #deleting = false;
  readonly updates = new Updates(ofThisPage());
  #token = new FreshToken({ session: this.session, api: () => this.api, sync: () => this.#synced() });
  #database = openDatabase();

  constructor() {
    const onUnauthorized = (token: string) => token === this.session.token && this.#ended();
    const renew = (stale: string) => this.#token.get(stale);
    const confirm = () => this.confirmation.ask();
    this.api = endpoints(http({ token: () => this.session.token, renew, confirm, onUnauthorized }));
    this.#database.catch(() => undefined); // a browser that keeps nothing is served all the same
    Session.onOtherTab(() => this.#synced());
    this.settings.follow();
    this.#enter();
  }

  async signUp(person: SignUp): Promise<void> {
    await this.api.signUp(person);
    await this.logIn({ email: person.email, password: person.password });
  }

  async logIn(credentials: LogIn): Promise<void> {
    const known = deviceToken(credentials.email);
    const loggedIn = await this.api.logIn({ ...credentials, ...(known && { deviceToken: known }) });
    if (loggedIn.deviceToken) keepDeviceToken(loggedIn.id, credentials.email, loggedIn.deviceToken);
    await this.#forgetOthers(loggedIn.id);
    this.session.begin(loggedIn);
    this.ended = null;
    this.#enter();
  }

  /** Ends the session and removes its data from this browser. Offline, the session ends by expiry. */
  async logOut(): Promise<void> {
    const ended = this.api.logOut().catch(() => undefined);
    await this.forget();
    await ended;
  }

  /** Changes the password. All other sessions end, and this one gets a new token. */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const { id = '', email = '' } = this.session.user ?? {};
    const changed = await this.api.changePassword({ oldPassword, newPassword, rotate: true });
    if (changed.deviceToken) keepDeviceToken(id, email, changed.deviceToken);
    if (changed.token) this.session.renewed(changed.token, id);
  }

  /** Deletes the account, and its messages if they are erased. */
  async deleteAccount(messages: 'keep' | 'erase'): Promise<void> {
    this.#deleting = true; // the socket may be closed before the answer is here
    try {
      await this.api.deleteAccount(messages);
      this.ended = 'deleted';
      forgetDeviceToken(this.session.user?.id ?? '');
      await this.forget();
    } finally {
      this.#deleting = false;
    }
  }

  /** Removes everything that is kept: at log-out, or when the account is deleted. */
  async forget(): Promise<void> {
    const user = this.session.user?.id;
    this.#leave();
    this.session.end();
    if (!user) return;
    forgetDrafts(user);
    forgetEmojiUse(user);
    forgetBlocked(user);
    forgetJournal(user);
    await this.#database.then((db) => forgetUser(db, user)).catch(() => undefined);
  }

  #enter(): void {
    const user = this.session.user;
    if (!user) return;
    this.messenger = new Messenger(user, {
      session: this.session,
      api: this.api,
      database: this.#database,
      environment: browser,
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/ws`,
      renew: (stale) => this.#token.get(stale),
      onResumed: () => void this.updates.check(),
      onUnauthorized: () => this.#ended(),
    });
    void this.messenger.open();
  }

  #leave(): void {
    this.confirmation.cancel();
    this.messenger?.close();
    this.messenger = null;
  }

  // The session was ended, maybe because the device was lost: remove everything but unsent messages, which wait for
  // the user's next login.
  #ended(): void {
    if (this.#deleting) return;
    const user = this.session.user?.id;
    this.#leave();
    this.session.end();
    this.ended = 'expired';
    if (!user) return;
    forgetDrafts(user);
    forgetEmojiUse(user);
    forgetBlocked(user);
    void this.#database.then((db) => forgetCaches(db, user)).catch(() => undefined);
  }

  async #forgetOthers(user: string): Promise<void> {
    forgetTextsOfOthers(['hearth.drafts', 'hearth.emoji', 'hearth.blocked', 'hearth.outbox'], user);
    await this.#database.then((db) => forgetOthers(db, user)).catch(() => undefined);
  }

  #synced(): void {
    const before = this.session.user?.id;
    this.session.sync();
    if (this.session.user?.id === before) return;
    this.#leave();
    this.#enter();
  }
}
