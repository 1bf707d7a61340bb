// Whether the browser lets this page show notifications. Follows changes in the browser's settings.

type State = NotificationPermission | 'missing';

class Permission {
  state = $state<State>(current());

  constructor() {
    const follow = (status: PermissionStatus) => (status.onchange = () => (this.state = current()));
    navigator.permissions?.query({ name: 'notifications' }).then(follow, () => undefined); // not known there
  }

  /** Asks for permission if that has not been done. Returns whether notifications are allowed. */
  async ask(): Promise<boolean> {
    if (this.state === 'default') await Notification.requestPermission();
    this.state = current();
    return this.state === 'granted';
  }

  /** Shows a notification if allowed. On phones only service workers can, although `Notification` exists. */
  use(title: string, options: NotificationOptions): Notification | null {
    if (this.state !== 'granted') return null;
    try {
      return new Notification(title, options);
    } catch {
      this.state = 'missing';
      return null;
    }
  }
}

// Over plain HTTP there are none, although `Notification` may exist.
function current(): State {
  return 'Notification' in globalThis && isSecureContext ? Notification.permission : 'missing';
}

export const permission = new Permission();
