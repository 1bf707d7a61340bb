// The browser's history: an entry for each page, and one more for each dialog or menu that is open over it, so that Back
// closes what is on top. Knows nothing of what pages and overlays are.

/** What is kept with an entry. */
export interface Passed {
  /** How the chat is called, for chats that the list does not know yet. */
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
  /** Calls back when the events that are being handled are over. */
  later(callback: () => void): void;
}

export class Trail {
  #around: Surroundings;
  #onPage: () => void;
  /** What closes each overlay that is open, the topmost last. */
  #open: (() => void)[] = [];
  /** Pages to go to as soon as no entry of an overlay is left. */
  #steps: Step[] = [];
  #moving = false;

  /** `onPage`: another page may be the current one. */
  constructor(onPage: () => void, around: Surroundings = ofThisPage) {
    this.#around = around;
    this.#onPage = onPage;
    around.onMoved(() => this.#moved());
    around.later(() => this.#settle()); // what was open before a reload is not
  }

  /** The page one is on, or on the way to. */
  get page(): { path: string; passed: Passed } {
    const next = this.#steps.at(-1);
    return next
      ? { path: next.path, passed: next.state }
      : { path: this.#around.path(), passed: this.#current };
  }

  /** Goes to a page. What is open over the present one closes, unless the page only takes its place. */
  go(path: string, { replace, title }: { replace: boolean; title?: string | undefined }): void {
    this.#steps.push({ path, state: title ? { title } : {}, replace });
    if (!replace) for (const close of this.#open.splice(0).reverse()) close();
    this.#settle();
    this.#onPage();
  }

  /** Something opened on top: Back calls `close`. Returns what is to be called when it has closed. */
  opened(close: () => void): () => void {
    const entry = () => close();
    this.#open.push(entry);
    this.#settle();
    return () => {
      if (!this.#open.includes(entry)) return;
      this.#open = this.#open.filter((each) => each !== entry);
      // Something may open in its place, or a page be gone to: one move is enough for both.
      this.#around.later(() => this.#settle());
    };
  }

  get #current(): Passed {
    return (this.#around.history.state ?? {}) as Passed;
  }

  // Brings the entries in line with what is open. Moving takes time, and ends with `#moved`.
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

  // Back, by the reader.
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
