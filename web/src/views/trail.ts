// The browser's history: an entry for each page, and another for each dialog or menu that is open over it, so that Back
// closes the topmost. Knows nothing about pages and overlays themselves.

/** The state of an entry. */
export interface Passed {
  /** The chat's name, for chats that are not in the list yet. */
  title?: string;
  /** How many overlays are open at this entry. */
  overlays?: number;
}

interface Step {
  path: string;
  state: Passed;
  replace: boolean;
}

interface Surroundings {
  history: Pick<History, 'state' | 'go' | 'pushState' | 'replaceState'>;
  /** The path of the current entry. */
  path(): string;
  /** Calls back when the browser has moved to another entry. */
  onMoved(callback: () => void): void;
  /** Calls back after the current events have been handled. */
  later(callback: () => void): void;
}

export class Trail {
  #around: Surroundings;
  #onPage: () => void;
  /** The functions that close the open overlays, the topmost last. */
  #open: (() => void)[] = [];
  /** Pages to go to when no overlay entry is left. */
  #steps: Step[] = [];
  #moving = false;

  /** `onPage`: called when the current page may have changed. */
  constructor(onPage: () => void, around: Surroundings = ofThisPage) {
    this.#around = around;
    this.#onPage = onPage;
    around.onMoved(() => this.#moved());
    around.later(() => this.#settle()); // what was open before a reload is not
  }

  /** The current page, or the one being navigated to. */
  get page(): { path: string; passed: Passed } {
    const next = this.#steps.at(-1);
    return next
      ? { path: next.path, passed: next.state }
      : { path: this.#around.path(), passed: this.#current };
  }

  /** Goes to a page and closes the overlays, unless the page replaces the current one. */
  go(path: string, { replace, title }: { replace: boolean; title?: string | undefined }): void {
    this.#steps.push({ path, state: title ? { title } : {}, replace });
    if (!replace) for (const close of this.#open.splice(0).reverse()) close();
    this.#settle();
    this.#onPage();
  }

  /** Registers an overlay: Back calls `close`. Returns the function to call when it has closed. */
  opened(close: () => void): () => void {
    const entry = () => close();
    this.#open.push(entry);
    this.#settle();
    return () => {
      if (!this.#open.includes(entry)) return;
      this.#open = this.#open.filter((each) => each !== entry);
      // Another overlay may open or a page be visited next: one move is enough for both.
      this.#around.later(() => this.#settle());
    };
  }

  get #current(): Passed {
    return (this.#around.history.state ?? {}) as Passed;
  }

  // Matches the entries with the open overlays. Moving is asynchronous and ends with `#moved`.
  #settle(): void {
    if (this.#moving) return;
    const { history } = this.#around;
    const extra = (this.#current.overlays ?? 0) - this.#open.length;
    if (extra > 0) {
      this.#moving = true;
      return history.go(-extra);
    }
    if (this.#open.length === 0) this.#take();
    for (let missing = -extra; missing > 0; missing--)
      history.pushState({ ...this.#current, overlays: (this.#current.overlays ?? 0) + 1 }, '');
  }

  #take(): void {
    const { history } = this.#around;
    for (const { path, state, replace } of this.#steps.splice(0)) {
      if (replace || path === this.#around.path()) history.replaceState(state, '', path);
      else history.pushState(state, '', path);
    }
  }

  #moved(): void {
    const asked = this.#moving;
    this.#moving = false;
    if (!asked) this.#close(this.#current.overlays ?? 0);
    this.#settle();
    this.#onPage();
  }

  // The user went back.
  #close(left: number): void {
    for (const close of this.#open.splice(left).reverse()) close();
  }
}

const ofThisPage: Surroundings = {
  get history() {
    return history;
  },
  path: () => location.pathname,
  onMoved: (callback) => addEventListener('popstate', callback),
  later: (callback) => void setTimeout(callback),
};
