// Where one stands in a list whose rows get their heights only when they are drawn: at its end, at a row one was led
// to, or wherever one has scrolled oneself. What changes its size moves none of that.

/** So near to the end is at the end. */
const AT_END = 40;

/** At the end, or `gap` pixels above a row. */
export type Goal = 'end' | { key: string; gap: number };

type Area = Pick<HTMLElement, 'scrollTop' | 'scrollHeight' | 'clientHeight'>;

export class Standing {
  #area: Area;
  #offsetOf: (key: string) => number | undefined;
  #goal: Goal | null = null;
  // Where it was held last. Elsewhere, it has been scrolled.
  #top = 0;

  /** `offsetOf`: how far below the list's beginning a row is, as far as is known. */
  constructor(area: Area, offsetOf: (key: string) => number | undefined) {
    this.#area = area;
    this.#offsetOf = offsetOf;
  }

  go(goal: Goal): void {
    this.#goal = goal;
    this.hold();
  }

  /** To be called whenever a size has changed. */
  hold(): void {
    const top = this.#target();
    if (top !== undefined) this.#area.scrollTop = top;
    this.#top = this.#area.scrollTop;
  }

  /** To be called whenever it has been scrolled: by this, which changes nothing, or by somebody. */
  scrolled(): void {
    if (this.#area.scrollTop === this.#top) return;
    this.#top = this.#area.scrollTop;
    this.#goal = this.below < AT_END ? 'end' : null;
  }

  /** What grows at the end is no longer followed. */
  stay(): void {
    if (this.#goal === 'end') this.#goal = null;
  }

  get atEnd(): boolean {
    return this.#goal === 'end' || this.below < AT_END;
  }

  /** How much there is below what one sees. */
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
