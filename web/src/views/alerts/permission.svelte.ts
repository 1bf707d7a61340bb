// Whether the browser lets this page show notifications; follows what is changed in the browser's own settings.

type State = NotificationPermission | 'missing';

class Permission {
  state = $state<State>(current());

  constructor() {
    const follow = (status: PermissionStatus) => (status.onchange = () => (this.state = current()));
    navigator.permissions?.query({ name: 'notifications' }).then(follow, () => undefined); // not known there
  }

  /** Asks the person, where that has not been done. Whether they are allowed. */
  async ask(): Promise<boolean> {
    if (this.state === 'default') await Notification.requestPermission();
    this.state = current();
    return this.state === 'granted';
  }

  /** Shows one, if that is allowed. On phones pages have the name alone: only service workers show any there. */
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

// Over plain HTTP there are none, though the name may be there.
function current(): State {
  return 'Notification' in globalThis && isSecureContext ? Notification.permission : 'missing';
}

export const permission = new Permission();
