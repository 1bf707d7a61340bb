// Back closes what is on top; nothing that was closed stays in the history.
import { expect, test } from 'vitest';
import { Trail, type Passed } from '../src/views/trail';

/** A browser's history: it moves asynchronously, and then calls back. */
function browser(entries: { path: string; state: Passed }[] = [{ path: '/', state: {} }]) {
  let at = entries.length - 1;
  let moved = () => {};
  const waiting: (() => void)[] = [];
  const go = (by: number) =>
    waiting.push(() => {
      if (!entries[at + by]) return;
      at += by;
      moved();
    });
  const around = {
    history: {
      get state() {
        return entries[at]!.state;
      },
      go,
      pushState: (state: Passed, _: string, path = entries[at]!.path) => {
        entries.splice(++at, Infinity, { path, state });
      },
      replaceState: (state: Passed, _: string, path = entries[at]!.path) => {
        entries[at] = { path, state };
      },
    },
    path: () => entries[at]!.path,
    onMoved: (callback: () => void) => (moved = callback),
    later: (callback: () => void) => waiting.push(callback),
  };
  const trail = new Trail(() => {}, around as never);
  const passes = () => {
    for (let next; (next = waiting.shift());) next();
  };
  passes();
  /** The reader presses Back or Forward. */
  const press = (by: number) => (go(by), passes());
  const paths = () =>
    entries.slice(0, at + 1).map(({ path, state }) => path + '+'.repeat(state.overlays ?? 0));
  return { trail, passes, press, paths };
}

/** Something that is opened over a page. */
function overlay(trail: Trail) {
  const it = { open: true, close: () => {} };
  const closed = trail.opened(() => it.close());
  it.close = () => {
    it.open = false;
    closed();
  };
  return it;
}

test('Back closes one after the other, then leaves the page', () => {
  const { trail, press, paths } = browser();
  trail.go('/chat', { replace: false });
  const [below, top] = [overlay(trail), overlay(trail)];
  expect(paths()).toEqual(['/', '/chat', '/chat+', '/chat++']);
  press(-1);
  expect([below.open, top.open]).toEqual([true, false]);
  press(-1);
  expect([below.open, trail.page.path]).toEqual([false, '/chat']);
  press(-1);
  expect(trail.page.path).toBe('/');
});

test('what is closed otherwise leaves no entry', () => {
  const { trail, passes, press, paths } = browser();
  const [below, top] = [overlay(trail), overlay(trail)];
  top.close();
  passes();
  expect(paths()).toEqual(['/', '/+']);
  below.close();
  passes();
  expect(paths()).toEqual(['/']);
  press(1); // Forward, to where the dialog was
  expect(paths()).toEqual(['/']);
});

test('what opens in place of another takes its entry', () => {
  const { trail, passes, paths } = browser();
  const menu = overlay(trail);
  menu.close();
  const dialog = overlay(trail);
  passes();
  expect([paths(), dialog.open]).toEqual([['/', '/+'], true]);
});

test('what opens while the browser still goes back gets an entry', () => {
  const { trail, passes, paths } = browser();
  const menu = overlay(trail);
  menu.close();
  passes();
  const dialog = overlay(trail);
  dialog.close();
  overlay(trail);
  passes();
  expect(paths()).toEqual(['/', '/+']);
});

test('a page is gone to at once, and follows the one below what was open', () => {
  const { trail, passes, press, paths } = browser();
  const [below, top] = [overlay(trail), overlay(trail)];
  trail.go('/chat', { replace: false, title: 'Bob' });
  expect(trail.page).toEqual({ path: '/chat', passed: { title: 'Bob' } });
  passes();
  expect([paths(), below.open, top.open]).toEqual([['/', '/chat'], false, false]);
  press(-1);
  expect(trail.page.path).toBe('/');
});

test('a page that takes the place of another leaves open what is over it', () => {
  const { trail, press, paths } = browser();
  trail.go('/chat', { replace: false });
  const settings = overlay(trail);
  trail.go('/', { replace: true });
  expect([trail.page.path, settings.open]).toEqual(['/', true]);
  press(-1);
  expect([paths(), settings.open, trail.page.path]).toEqual([['/', '/'], false, '/']);
});

test('after a reload with a dialog open one is on the page, with no entry too many', () => {
  const state = { title: 'Bob', overlays: 2 };
  const { trail, paths } = browser([
    { path: '/', state: {} },
    { path: '/chat', state: { title: 'Bob' } },
    { path: '/chat', state: { title: 'Bob', overlays: 1 } },
    { path: '/chat', state },
  ]);
  expect([paths(), trail.page.passed.title]).toEqual([['/', '/chat'], 'Bob']);
});

test('several steps back close all that was open in between', () => {
  const { trail, press } = browser();
  trail.go('/chat', { replace: false });
  const all = [overlay(trail), overlay(trail)];
  press(-3);
  expect([trail.page.path, ...all.map(({ open }) => open)]).toEqual(['/', false, false]);
});
