// Where something that floats goes: beside what it belongs to, and within the window. Pure.

/** The sides of what it belongs to; a pointer's place is a box without size. */
export interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

interface Size {
  width: number;
  height: number;
}

const GAP = 4;
const MARGIN = 8;

export function pointBox(event: { clientX: number; clientY: number }): Box {
  return { top: event.clientY, bottom: event.clientY, left: event.clientX, right: event.clientX };
}

/** Below it where there is room, else above; its left or right side aligned with that of the box, or beginning at a point. */
export function beside(
  box: Box,
  { width, height }: Size,
  view: Size,
  side: 'left' | 'right' = 'right',
): { top: number; left: number } {
  const below = box.bottom + GAP;
  const above = box.top - height - GAP;
  const fits = below + height <= view.height - MARGIN;
  const top = fits ? below : above >= MARGIN ? above : view.height - height - MARGIN;
  const left = side === 'left' || box.left === box.right ? box.left : box.right - width;
  return {
    top: Math.max(MARGIN, top),
    left: Math.max(MARGIN, Math.min(left, view.width - width - MARGIN)),
  };
}
