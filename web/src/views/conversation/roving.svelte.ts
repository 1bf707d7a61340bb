// Roving focus among messages: Tab reaches one of them, arrow keys the others. Keys act on the focused one.
import { tick } from 'svelte';
import type { Row } from '../../protocol/socket';
import type { Item } from '../../state/history/timeline';
import type { Box } from '../parts/place';
import { moved, opensMenu } from './keys';

/** How many frames it may take until a message is rendered. */
const FRAMES = 10;

interface Host {
  items(): Item[];
  /** Focuses it. Returns false if it is not rendered. */
  focus(key: string): boolean;
  /** Scrolls as little as needed to show it. */
  reveal(index: number): void;
  menu(row: Row, at: Box): void;
  /** Returns whether the key had an action. */
  press(event: KeyboardEvent, row: Row, at: Box): boolean;
  /** Focuses the composer. */
  leave(): void;
  help(): void;
}

export class Roving {
  #host: Host;
  /** The key of the focused message, or of the one that was focused before a menu opened. */
  entered = $state<string | null>(null);

  constructor(host: Host) {
    this.#host = host;
  }

  #stops = $derived.by(() => this.#host.items().filter((item) => !item.row?.event));

  /** The key of the message that Tab reaches: the last focused one, or the newest. */
  current = $derived.by(() => {
    const chosen = this.#stops.find((item) => item.key === this.entered);
    return (chosen ?? this.#stops.at(-1))?.key ?? null;
  });

  /** The message that is to be focused. */
  #next = $state<string | null>(null);

  /** The indices of these two, which must stay rendered. */
  kept = $derived.by(() => {
    const keys = [this.current, this.#next];
    return this.#host.items().flatMap(({ key }, index) => (keys.includes(key) ? [index] : []));
  });

  focused = (event: FocusEvent): void => {
    const key = keyOf(event);
    if (key) this.entered = key;
  };

  /** Back in the composer, Tab reaches the newest message again. */
  left = ({ relatedTarget }: FocusEvent): void => {
    if (relatedTarget instanceof Element && relatedTarget.closest('footer')) this.entered = null;
  };

  keydown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return this.#host.leave();
    const key = keyOf(event);
    const item = this.#stops.find((each) => each.key === key);
    if (!item) return;
    const onItself = event.target instanceof HTMLElement && event.target.dataset.key === key;
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    const index = modified ? null : moved(event.key, this.#stops.indexOf(item), this.#stops.length);
    if (index !== null) void this.#move(index);
    else if (!this.#act(event, item, onItself)) return;
    event.preventDefault();
  };

  async #move(index: number): Promise<void> {
    const item = this.#stops[index];
    if (!item) return;
    this.#next = item.key;
    for (let frame = 0; frame < FRAMES && this.#next === item.key; frame++) {
      await tick();
      if (this.#host.focus(item.key)) break;
      await new Promise(requestAnimationFrame);
    }
    this.#host.reveal(this.#host.items().findIndex(({ key }) => key === item.key));
  }

  // Enter and space belong to a focused link or button.
  #act(event: KeyboardEvent, { row }: Item, onItself: boolean): boolean {
    if (event.key === '?') return (this.#host.help(), true);
    if (!row || row.deletedAt) return false;
    if (event.ctrlKey && !getSelection()?.isCollapsed) return false;
    const at = (event.target as HTMLElement).getBoundingClientRect();
    if (opensMenu(event)) return onItself && (this.#host.menu(row, at), true);
    return this.#host.press(event, row, at);
  }
}

function keyOf({ target }: Event): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-key]')?.dataset.key : undefined;
}
