// The current day on this device. Reactive, so that texts such as "Yesterday" change at midnight.
import type { Environment } from '../../socket/environment';

export class Today {
  /** The last local midnight, in milliseconds. */
  #midnight = $state(midnight());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopListening: () => void;

  constructor(environment: Pick<Environment, 'onWake'>) {
    // No timer runs while the device sleeps, and the time zone may have changed meanwhile.
    this.#stopListening = environment.onWake(() => this.#look());
    this.#look();
  }

  get date(): Date {
    return new Date(this.#midnight);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  #look(): void {
    this.#midnight = midnight();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), midnight(1) - Date.now());
  }
}

/** The start of the local day, `days` from today. */
function midnight(days = 0): number {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
}
