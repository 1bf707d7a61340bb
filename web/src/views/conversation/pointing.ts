// Pointer actions on a message: right click, long press and tap open its menu, and so do its two buttons.
import type { Row } from '../../protocol/socket';
import { pointBox, type Box } from '../parts/place';

const LONG = 450;
const STILL = 10;

interface Host {
  row(key: string): Row | null | undefined;
  show(row: Row, at: Box, what?: 'all' | 'reactions'): void;
}

export class Pointing {
  #host: Host;
  #down: { x: number; y: number; at: number } | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  click = (event: MouseEvent): void => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>('[data-opens]');
    if (button) {
      const what = button.dataset.opens === 'reactions' ? 'reactions' : 'all';
      return this.#open(target, button.getBoundingClientRect(), what);
    }
    const touched = 'pointerType' in event && event.pointerType === 'touch';
    if (touched && this.#free(target)) this.#open(target, pointBox(event));
  };

  // With a selection or on a link, the browser's menu is more useful.
  contextmenu = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (!target.closest('[data-bubble]') || !this.#free(target)) return;
    event.preventDefault();
    const byKey = event.button !== 2 && !('pointerType' in event && event.pointerType === 'touch');
    const at = byKey ? target.getBoundingClientRect() : pointBox(event);
    // Releasing the button would close a menu that opened while it was down.
    if (event.buttons === 0) this.#open(target, at);
    else addEventListener('pointerup', () => setTimeout(() => this.#open(target, at)), { once: true });
  };

  down = (event: PointerEvent): void => {
    const touched = event.pointerType === 'touch';
    this.#down = touched ? { x: event.clientX, y: event.clientY, at: event.timeStamp } : null;
  };

  // For browsers without a contextmenu event on touch.
  up = (event: PointerEvent): void => {
    const down = this.#down;
    this.#down = null;
    if (!down || event.timeStamp - down.at < LONG) return;
    if (Math.hypot(event.clientX - down.x, event.clientY - down.y) > STILL) return;
    const target = event.target as Element;
    const at = pointBox(event);
    if (this.#free(target)) setTimeout(() => this.#open(target, at));
  };

  #free(target: Element): boolean {
    return (
      target.closest('[data-bubble]') !== null &&
      !target.closest('a, button') &&
      getSelection()?.isCollapsed !== false
    );
  }

  #open(target: Element, at: Box, what?: 'all' | 'reactions'): void {
    const key = target.closest<HTMLElement>('[data-row-of]')?.dataset.rowOf;
    const row = key === undefined ? null : this.#host.row(key);
    if (row && !row.deletedAt && !row.event) this.#host.show(row, at, what);
  }
}
