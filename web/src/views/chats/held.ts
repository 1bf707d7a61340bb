// A long press, for browsers that do not turn it into a context menu.

const LONG = 500;
/** Moving further than this scrolls, in pixels. */
const STILL = 10;

/** Calls back after a long press on the element, and suppresses the click that would follow. */
export function held(callback: (event: PointerEvent) => void) {
  return (element: HTMLElement): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let start = { x: 0, y: 0 };
    let pressed = false;
    const stop = () => clearTimeout(timer);
    const down = (event: PointerEvent) => {
      pressed = false;
      if (event.pointerType !== 'touch') return;
      start = { x: event.clientX, y: event.clientY };
      timer = setTimeout(() => ((pressed = true), callback(event)), LONG);
    };
    const move = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL) stop();
    };
    const click = (event: MouseEvent) => {
      if (!pressed) return;
      pressed = false;
      event.preventDefault();
      event.stopPropagation();
    };
    const listening = new AbortController();
    const { signal } = listening;
    element.addEventListener('pointerdown', down, { signal });
    element.addEventListener('pointermove', move, { signal });
    for (const end of ['pointerup', 'pointercancel', 'scroll', 'contextmenu'])
      element.addEventListener(end, stop, { signal });
    element.addEventListener('click', click, { signal, capture: true });
    return () => (stop(), listening.abort());
  };
}
