// What the browser reports about network and visibility. The only file here that uses `window`.

export interface Environment {
  /** Whether the device reports a network. It may be wrong either way. */
  online(): boolean;
  /** Calls back when a new attempt makes sense: the network is back, the page is visible again, the device woke up. */
  onWake(callback: () => void): () => void;
  /** Calls back when the page is left or hidden: it may end without another event. */
  onHide(callback: () => void): () => void;
}

const TICK = 10_000;

export const browser: Environment = {
  online: () => navigator.onLine,
  onWake(callback) {
    const whenVisible = () => document.visibilityState === 'visible' && callback();
    let last = Date.now();
    // A sleeping device runs no timers: a tick that comes much too late is the end of a sleep.
    const ticks = setInterval(() => {
      const slept = Date.now() - last > 3 * TICK;
      last = Date.now();
      if (slept) callback();
    }, TICK);
    addEventListener('online', callback);
    addEventListener('offline', callback);
    addEventListener('pageshow', callback);
    addEventListener('focus', callback);
    document.addEventListener('visibilitychange', whenVisible);
    return () => {
      clearInterval(ticks);
      removeEventListener('online', callback);
      removeEventListener('offline', callback);
      removeEventListener('pageshow', callback);
      removeEventListener('focus', callback);
      document.removeEventListener('visibilitychange', whenVisible);
    };
  },
  onHide(callback) {
    const whenHidden = () => document.visibilityState === 'hidden' && callback();
    addEventListener('pagehide', callback);
    document.addEventListener('visibilitychange', whenHidden);
    return () => {
      removeEventListener('pagehide', callback);
      document.removeEventListener('visibilitychange', whenHidden);
    };
  },
};
