// The browser's Back, and Android's, which is the same: it closes what is on top, and nothing else.
import { devices, type BrowserContextOptions, type Page } from '@playwright/test';
import { expect, test as base } from './support/fixtures';
import type { Person } from './support/person';
import { wrote } from './support/past';
import { signUp } from './support/rest';

const { viewport, hasTouch, isMobile, deviceScaleFactor } = devices['iPhone 13']!;
const screens = { desktop: {}, phone: { viewport, hasTouch, isMobile, deviceScaleFactor } };

const entries = (page: Page) => page.evaluate(() => history.state?.overlays ?? 0);

const test = base.extend<{ reading: (options?: BrowserContextOptions) => Promise<Person> }>({
  /** Ann, who has Bob's first message before her. */
  reading: async ({ meet, arrive, server }, use) => {
    await use(async (options) => {
      const ann = await arrive(await signUp(server.origin, 'Ann'), options);
      const [bob] = await meet('Bob');
      await wrote(bob, ann, 1);
      await ann.goHome();
      await ann.chat('Bob').click();
      return ann;
    });
  },
});

for (const [screen, options] of Object.entries(screens)) {
  test(`Back closes dialogs and menus one by one, and then leaves the chat: ${screen}`, async ({
    reading,
  }) => {
    const ann = await reading(options);
    await ann.header.getByRole('heading').getByRole('button').click();
    const about = ann.dialog('Contact info');
    await about.getByRole('button', { name: 'Mute…' }).click();
    const menu = ann.page.getByRole('menuitem', { name: 'For 1 hour' });
    await expect(menu).toBeVisible();
    await ann.page.goBack();
    await expect(menu).toBeHidden();
    await about.getByRole('button', { name: 'Block…' }).click();
    const question = ann.dialog('Block Bob?');
    await expect(question).toBeVisible();
    await ann.page.goBack();
    await expect(question).toBeHidden();
    await expect(about).toBeVisible();
    await ann.page.goBack();
    await expect(about).toBeHidden();
    await expect(ann.message('message 1')).toBeVisible();
    await ann.page.goBack();
    await expect(ann.composer).toHaveCount(0);
    await expect(ann.page).toHaveURL('/');
  });

  test(`Back closes the emoji picker and the menu of a message: ${screen}`, async ({ reading }) => {
    const ann = await reading(options);
    await ann.page.getByRole('button', { name: 'Choose an emoji' }).click();
    const emoji = ann.dialog('Emoji');
    await expect(emoji).toBeVisible();
    await ann.page.goBack();
    await expect(emoji).toHaveCount(0);
    if (screen === 'phone') await ann.message('message 1').tap();
    else await ann.message('message 1').click({ button: 'right' });
    const reply = ann.page.getByRole('menuitem', { name: 'Reply' });
    await expect(reply).toBeVisible();
    await ann.page.goBack();
    await expect(reply).toBeHidden();
    await expect(ann.message('message 1')).toBeVisible();
  });
}

test('Back leads through the pages of the settings', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  await ann.pick('Menu', 'Settings');
  await ann.dialog('Settings').locator('[data-page=password]').click();
  await expect(ann.dialog('Password')).toBeVisible();
  await ann.page.goBack();
  await expect(ann.dialog('Settings')).toBeVisible();
  await ann.page.goBack();
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await expect(ann.chats).toBeVisible();
});

test('what Escape, a button or a click beside has closed leaves nothing to go back to', async ({
  reading,
}) => {
  const ann = await reading();
  await expect(ann.message('message 1')).toBeVisible();
  await ann.pick('Menu', 'Settings');
  await expect(ann.dialog('Settings')).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await expect.poll(() => entries(ann.page)).toBe(0);
  await ann.pick('Menu', 'Settings');
  await ann.press('Close', 'Settings');
  await expect.poll(() => entries(ann.page)).toBe(0);
  await ann.page.getByRole('button', { name: 'Menu', exact: true }).click();
  await expect(ann.page.getByRole('menuitem').first()).toBeVisible();
  await ann.page.mouse.click(700, 500);
  await expect.poll(() => entries(ann.page)).toBe(0);
  await ann.page.goBack();
  await expect(ann.composer).toHaveCount(0);
  await expect(ann.page).toHaveURL('/');
});

test('to write to a member closes the panels of the group; Back leads to the group', async ({
  meet,
  server,
}) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.goHome();
  await ann.pick('Menu', 'New group');
  await ann.page.getByLabel('Group name').fill('Tea');
  await ann.page.getByRole('option', { name: /Bob/ }).click();
  await ann.press('Create group', 'New group');
  await expect(ann.header).toContainText('Tea');
  await ann.header.getByRole('heading').getByRole('button').click();
  await ann.dialog('Group info').getByText('Bob').click();
  await ann.dialog('Contact info').getByRole('button', { name: 'Write a message' }).click();
  await expect(ann.header).toContainText('Bob');
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await expect(ann.page).toHaveURL(`${server.origin}/chat/u/${bob.account.id}`);
  await ann.page.goBack();
  await expect(ann.header).toContainText('Tea');
});

test('a page that is loaded anew with a dialog open goes on without it', async ({ reading }) => {
  const ann = await reading();
  await ann.header.getByRole('heading').getByRole('button').click();
  await expect(ann.dialog('Contact info')).toBeVisible();
  await ann.page.reload();
  await expect(ann.message('message 1')).toBeVisible();
  await expect.poll(() => entries(ann.page)).toBe(0);
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await ann.page.goBack();
  await expect(ann.page).toHaveURL('/');
});
