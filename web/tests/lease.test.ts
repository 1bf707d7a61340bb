import { expect, test } from 'vitest';
import { Lease } from '../src/state/outbox/lease';

/** Tabs over one storage, on one clock that the test moves. */
function browser() {
  const kept = new Map<string, string>();
  const clock = { now: 1_000_000 };
  const rounds = new Set<() => void>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const tab = (name: string, shared = () => storage) => {
    const state = { held: false, die: () => {} };
    const every = (_: number, callback: () => void) => {
      rounds.add(callback);
      state.die = () => rounds.delete(callback);
      return state.die;
    };
    const lease = new Lease('outbox', name, { storage: shared, now: () => clock.now, every });
    lease.open((held) => (state.held = held));
    return { lease, state };
  };
  const pass = (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 2_000) {
      clock.now += 2_000;
      for (const round of [...rounds]) round();
    }
  };
  return { tab, pass, clock };
}

test('the first tab has it at once, and keeps it', () => {
  const { tab, pass } = browser();
  const [first, second] = [tab('1'), tab('2')];
  pass(60_000);
  expect([first.state.held, second.state.held]).toEqual([true, false]);
});

test('a tab that is closed or left hands it over', () => {
  const { tab, pass } = browser();
  const [first, second] = [tab('1'), tab('2')];
  first.lease.close();
  pass(2_000);
  expect(second.state.held).toBe(true);
  second.state.die();
  second.lease.release();
  expect(tab('3').state.held).toBe(true);
});

test('a tab that died loses it', () => {
  const { tab, pass } = browser();
  const [first, second] = [tab('1'), tab('2')];
  first.state.die();
  pass(8_000);
  expect(second.state.held).toBe(true);
});

test('a tab that slept learns that another one has it', () => {
  const { tab, pass, clock } = browser();
  const first = tab('1');
  clock.now += 60_000;
  const second = tab('2');
  pass(2_000);
  expect([first.state.held, second.state.held]).toEqual([false, true]);
});

test('a clock that jumps, either way, leaves one holder', () => {
  const { tab, pass, clock } = browser();
  const [first, second] = [tab('1'), tab('2')];
  for (const jump of [-3_600_000, 7_200_000, -86_400_000]) {
    clock.now += jump;
    pass(4_000);
    expect([first.state.held, second.state.held].filter(Boolean)).toHaveLength(1);
  }
});

test('a dead holder from a later time is not waited for', () => {
  const { tab, pass, clock } = browser();
  const first = tab('1');
  first.state.die();
  clock.now -= 3_600_000;
  const second = tab('2');
  pass(2_000);
  expect(second.state.held).toBe(true);
});

test('without a storage each tab holds it', () => {
  const { tab } = browser();
  const forbidden = () => {
    throw new DOMException('', 'SecurityError');
  };
  expect(tab('1', forbidden).state.held).toBe(true);
  expect(tab('2', forbidden).state.held).toBe(true);
});
