// The first screens of a user without chats.
import { join } from 'node:path';
import { expectAccessible } from './support/axe';
import { expect, test } from './support/fixtures';

const folder = join(import.meta.dirname, '../../target/e2e/screens');

test('who has no conversation is led to people, to a group, and to the address for others', async ({
  meet,
  server,
}) => {
  const [ann] = await meet('Ann', 'Bob');
  await ann.page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  await ann.goHome();
  await ann.page.getByRole('button', { name: 'Copy address' }).click();
  await expect(ann.page.getByText('Copied')).toBeVisible();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(server.origin);
  await ann.page.getByRole('button', { name: 'New group', exact: true }).click();
  await expect(ann.dialog('New group')).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await ann.page.getByRole('button', { name: 'Find people' }).click();
  await expect(ann.search).toBeFocused();
});

test('a button beside the search begins a conversation, by keyboard too', async ({ meet }) => {
  const [ann] = await meet('Ann', 'Bob');
  await ann.goHome();
  await ann.search.focus();
  await ann.page.keyboard.press('Tab');
  await expect(ann.page.getByRole('button', { name: 'New chat' })).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await ann.page.keyboard.press('Enter');
  await expect(ann.search).toBeFocused();
  await ann.pick('New chat', 'New group');
  await expect(ann.dialog('New group')).toBeVisible();
});

for (const [size, width] of [
  ['wide', 1280],
  ['phone', 390],
] as const)
  for (const [colorScheme, locale] of [
    ['light', 'en'],
    ['dark', 'ru'],
  ] as const)
    test(`the first screen can be used by everybody: ${size}, ${colorScheme}, ${locale}`, async ({
      meet,
      arrive,
    }) => {
      const [ann] = await meet('Ann');
      const options = {
        viewport: { width, height: 844 },
        colorScheme,
        locale,
        reducedMotion: 'reduce',
      } as const;
      const { page } = await arrive(ann.account, options);
      await page.goto('/');
      await expect(page.locator('.welcome').filter({ visible: true })).toHaveCount(1);
      await page.screenshot({ path: join(folder, `first-${size}-${colorScheme}-${locale}.png`) });
      await expectAccessible(page);
    });
