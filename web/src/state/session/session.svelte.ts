// The session of this browser: user and token. All tabs share it.
import type { LoggedIn } from '../../protocol/rest';
import { forget, load, onOtherTab, save } from '../device/storage';

export interface User {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
}

interface Stored {
  token: string;
  user: User;
}

const KEY = 'hearth.session';

export class Session {
  #stored = $state.raw<Stored | null>(load<Stored>(KEY));

  get user(): User | null {
    return this.#stored?.user ?? null;
  }

  get token(): string | null {
    return this.#stored?.token ?? null;
  }

  begin({ token, id, email, firstName, lastName }: LoggedIn): void {
    this.#keep({ token, user: { id, email, firstName, lastName } });
  }

  /** Takes a new token unless another user has logged in meanwhile. Returns whether it did. */
  renewed(token: string, user: string): boolean {
    if (this.#stored?.user.id !== user) return false;
    this.#keep({ ...this.#stored, token });
    return true;
  }

  named(firstName: string, lastName: string): void {
    if (this.#stored) this.#keep({ ...this.#stored, user: { ...this.#stored.user, firstName, lastName } });
  }

  end(): void {
    this.#stored = null;
    forget(KEY);
  }

  /** Takes over what another tab has stored. */
  sync(): void {
    this.#stored = load<Stored>(KEY);
  }

  /** Calls back when another tab logs in or out, or renews the token. */
  static onOtherTab(callback: () => void): void {
    onOtherTab(KEY, callback);
  }

  #keep(stored: Stored): void {
    this.#stored = stored;
    save(KEY, stored);
  }
}
