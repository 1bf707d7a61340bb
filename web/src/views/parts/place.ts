// Places a floating element beside its anchor and within the window. Pure.

/** The sides of the anchor. A point is a box without size. */
export interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** The side that is aligned with the anchor. */
export type Side = 'left' | 'right';

interface Size {
  width: number;
  height: number;
}

const GAP = 4;
const MARGIN = 8;

export function pointBox(event: { clientX: number; clientY: number }): Box {
  return { top: event.clientY, bottom: event.clientY, left: event.clientX, right: event.clientX };
}

/** Below the box if there is room, else above. Its left or right side is aligned with the box, or it starts at a point. */
export function beside(
  box: Box,
  { width, height }: Size,
  view: Size,
  side: Side = 'right',
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
