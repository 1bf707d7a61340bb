// The focus among messages: one of them can be reached by Tab, the others by arrow keys; keys act on the one that has it.
import type { Row } from '../../protocol/rows';
import type { Item } from '../../state/timeline';
import type { Box } from '../parts/place';
import { moved, opensMenu } from './keys';

interface Host {
  items(): Item[];
  focus(key: string): void;
  /** Scrolls as little as needed to show it. */
  reveal(index: number): void;
  menu(row: Row, at: Box): void;
  /** Whether the key did something to the message. */
  press(event: KeyboardEvent, row: Row, at: Box): boolean;
  /** Back to the text one writes. */
  leave(): void;
  help(): void;
}

export class Roving {
  #host: Host;
  /** The key of the message that has the focus, or had it before a menu took it. */
  entered = $state<string | null>(null);

  constructor(host: Host) {
    this.#host = host;
  }

  #stops = $derived.by(() => this.#host.items().filter((item) => !item.row?.event));

  /** The key of the message that Tab leads to: the last one that had the focus, or the newest. */
  current = $derived.by(() => {
    const chosen = this.#stops.find((item) => item.key === this.entered);
    return (chosen ?? this.#stops.at(-1))?.key ?? null;
  });

  /** Its index, for it must be there to be led to. */
  kept = $derived.by(() => {
    const index = this.#host.items().findIndex((item) => item.key === this.current);
    return index < 0 ? [] : [index];
  });

  focused = (event: FocusEvent): void => {
    const key = keyOf(event);
    if (key) this.entered = key;
  };

  /** Who goes back to writing begins at the newest again. */
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
    this.entered = item.key;
    await Promise.resolve(); // it is drawn
    this.#host.reveal(this.#host.items().indexOf(item));
    this.#host.focus(item.key);
  }

  // Enter and the space bar are those of the link or button that has the focus.
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
