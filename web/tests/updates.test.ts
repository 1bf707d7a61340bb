import { expect, test } from 'vitest';
import { Updates } from '../src/state/device/updates.svelte';

const page = (script: string) => `<script src="${script}"></script><div id="app"></div>`;
const updates = (served: () => string) =>
  new Updates({ script: '/assets/index-1.js', page: async () => served() });

test('another script in the page is a newer version; it is offered until it is declined', async () => {
  const newer = updates(() => page('/assets/index-2.js'));
  await newer.check();
  expect(newer.ready).toBe(true);
  newer.later();
  expect(newer.ready).toBe(false);
});

test('the same page, no server, and what answers in its place are none', async () => {
  const answers = [
    () => page('/assets/index-1.js'),
    () => '<h1>Log in to this network</h1>',
    () => {
      throw new TypeError('Failed to fetch');
    },
  ];
  for (const served of answers) {
    const same = updates(served);
    await same.check();
    expect(same.ready).toBe(false);
  }
});
