// The scroll position in a list whose rows get their heights when they are rendered: at the end, at a row, or wherever
// the user has scrolled. Changes of size do not move it.

/** This near to the end counts as the end, in pixels. */
const AT_END = 40;

/** At the end, or `gap` pixels above a row. */
export type Goal = 'end' | { key: string; gap: number };

type Area = Pick<HTMLElement, 'scrollTop' | 'scrollHeight' | 'clientHeight'>;

export class Standing {
  #area: Area;
  #offsetOf: (key: string) => number | undefined;
  #goal: Goal | null = null;
  // The last position that was set. If it differs, the user has scrolled.
  #top = 0;

  /** `offsetOf`: a row's offset from the start of the list, as far as known. */
  constructor(area: Area, offsetOf: (key: string) => number | undefined) {
    this.#area = area;
    this.#offsetOf = offsetOf;
  }

  go(goal: Goal): void {
    this.#goal = goal;
    this.hold();
  }

  /** Call this whenever a size has changed. */
  hold(): void {
    const top = this.#target();
    if (top !== undefined) this.#area.scrollTop = top;
    this.#top = this.#area.scrollTop;
  }

  /** Call this on every scroll event, whether caused by this or by the user. */
  scrolled(): void {
    if (this.#area.scrollTop === this.#top) return;
    this.#top = this.#area.scrollTop;
    this.#goal = this.below < AT_END ? 'end' : null;
  }

  /** Stops following the end. */
  stay(): void {
    if (this.#goal === 'end') this.#goal = null;
  }

  get atEnd(): boolean {
    return this.#goal === 'end' || this.below < AT_END;
  }

  /** The height below the visible part. */
  get below(): number {
    return this.#area.scrollHeight - this.#area.scrollTop - this.#area.clientHeight;
  }

  #target(): number | undefined {
    if (this.#goal === null) return undefined;
    if (this.#goal === 'end') return this.#area.scrollHeight;
    const offset = this.#offsetOf(this.#goal.key);
    return offset === undefined ? undefined : offset - this.#goal.gap;
  }
}
