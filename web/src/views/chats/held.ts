// A long press by touch, for browsers that do not make a context menu of it.

const LONG = 500;
/** A finger that moves further scrolls. */
const STILL = 10;

/** Calls back when a finger has rested on the element; the click that would follow does not come. */
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
