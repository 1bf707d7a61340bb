// A form with checked fields: the fault of each field, whether it is being sent, and why it failed.
import { failureText, faultsOf } from '../failures';
import type { Ui } from '../ui.svelte';

/** The fault of each field; null if it has none. */
export type Faults<F extends string> = Record<F, string | null>;

export class Form<F extends string> {
  /** Whether the user has tried to submit. From then on every fault is shown. */
  tried = $state(false);
  working = $state(false);
  /** Why it failed, if no single field is at fault. */
  failure = $state('');
  #ui: Ui;
  /** Grows with each `reset`. */
  #attempt = 0;
  #values: () => Record<F, string>;
  #checks: () => Faults<F>;
  // The server's errors for these values, until they change.
  #refused = $state.raw<{ values: string; faults: ReadonlyMap<string, string> } | null>(null);

  /** `checks` run before the request. */
  constructor(ui: Ui, values: () => Record<F, string>, checks: () => Faults<F>) {
    this.#ui = ui;
    this.#values = values;
    this.#checks = checks;
  }

  faults = $derived.by(() => {
    const checked = Object.entries(this.#checks()) as [F, string | null][];
    return Object.fromEntries(
      checked.map(([field, fault]) => [field, fault ?? this.#byServer(field)]),
    ) as Faults<F>;
  });

  /** Submits if no field is at fault, else focuses the first fault. Returns whether it succeeded. */
  async submit(
    event: SubmitEvent & { currentTarget: HTMLFormElement },
    act: () => Promise<unknown>,
  ): Promise<boolean> {
    event.preventDefault();
    const form = event.currentTarget;
    if (this.working) return false;
    this.tried = true;
    this.failure = '';
    if (this.#isFaulty()) {
      focusFirstFault(form);
      return false;
    }
    this.working = true;
    const attempt = this.#attempt;
    try {
      await act();
      return true;
    } catch (error) {
      if (attempt !== this.#attempt) return false;
      this.#refuse(error);
      focusFirstFault(form);
      return false;
    } finally {
      if (attempt === this.#attempt) this.working = false;
    }
  }

  /** Starts over. A request in flight may still succeed, but its failure is not shown. */
  reset(): void {
    this.#attempt++;
    this.tried = false;
    this.working = false;
    this.failure = '';
    this.#refused = null;
  }

  #isFaulty(): boolean {
    return Object.values(this.faults).some((fault) => fault !== null);
  }

  #refuse(error: unknown): void {
    const text = failureText(error, this.#ui.strings);
    const faults = new Map(faultsOf(error));
    if (error instanceof Error && 'code' in error && error.code === 'wrong_password')
      faults.set('oldPassword', text);
    this.#refused = { values: JSON.stringify(this.#values()), faults };
    // The field shows it.
    this.failure = this.#isFaulty() ? '' : text;
  }

  #byServer(field: F): string | null {
    const refused = this.#refused;
    const fault = refused?.values === JSON.stringify(this.#values()) ? refused.faults.get(field) : undefined;
    const least = /password/i.test(field) ? fault?.match(/\d+/)?.[0] : undefined;
    return least ? this.#ui.strings.refusals.faults.passwordShort(Number(least)) : (fault ?? null);
  }
}

function focusFirstFault(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus());
}
