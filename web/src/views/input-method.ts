// Keys of an input method: Enter commits the composition, arrows choose a candidate, Escape cancels. They belong to
// the text field, not to the client.

/** Safari ends the composition before the Enter that commits it: only the key code 229 shows that the key is not ours. */
export function isOfInputMethod({
  isComposing,
  keyCode,
}: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === 229;
}

/** Hides these keys from all handlers below `target`, the window. The browser still gets them. */
export function guardInputMethod(target: EventTarget): void {
  const stop = (event: Event) => {
    if (isOfInputMethod(event as KeyboardEvent)) event.stopImmediatePropagation();
  };
  for (const type of ['keydown', 'keyup']) target.addEventListener(type, stop, { capture: true });
}
