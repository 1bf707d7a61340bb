// Keys of an input method: Enter commits a half-written text, arrows choose among candidates, Escape gives up. They
// belong to the text field, never to the client.

/** Safari ends the composition before the Enter that commits it, so only the code 229 tells that the key is not ours. */
export function isOfInputMethod({
  isComposing,
  keyCode,
}: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229;
}

/** Keeps these keys from every handler below `target`, which is the window. The browser still gets them. */
export function guardInputMethod(target: EventTarget): void {
  const stop = (event: Event) => {
    if (isOfInputMethod(event as KeyboardEvent)) event.stopImmediatePropagation();
  };
  for (const type of ['keydown', 'keyup']) target.addEventListener(type, stop, { capture: true });
}
