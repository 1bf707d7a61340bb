// Settings of the browser and of the account.
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import type { Person } from './support/person';
import { logIn, PASSWORD, signUp } from './support/rest';

const ended = 'Your session has ended. Log in again to continue';
const refused = /status of 401/;

test('a chosen theme holds: it is there before anything of the page is', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  const theme = () => ann.page.evaluate(() => document.documentElement.dataset.theme);
  expect(await theme()).toBeUndefined();
  await openSettings(ann);
  const light = await background(ann.page);
  await choose(ann, 'Dark');
  await expect.poll(() => background(ann.page)).not.toBe(light);
  expect(await theme()).toBe('dark');
  await ann.page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.body) return;
      observer.disconnect();
      Object.assign(window, { early: document.documentElement.dataset.theme ?? 'none' });
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await ann.page.reload();
  await expect(ann.chats).toBeVisible();
  expect(await ann.page.evaluate(() => (window as unknown as { early: string }).early)).toBe('dark');
});

test('another language is spoken at once, in every tab, and after a reload', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  const tab = await ann.page.context().newPage();
  await tab.goto('/');
  await openSettings(ann);
  await choose(ann, 'Русский');
  await expect(ann.dialog('Настройки')).toBeVisible();
  for (const page of [ann.page, tab]) {
    await expect(page.getByRole('navigation', { name: 'Чаты' })).toBeAttached();
    await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  }
  await ann.page.reload();
  await expect(ann.page.getByRole('navigation', { name: 'Чаты' })).toBeVisible();
});

test('a new name is seen by whom one talks with', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 1);
  await ann.goHome();
  await bob.goHome();
  await expect(bob.chat('Ann')).toBeVisible();
  await openSettings(ann);
  await ann
    .dialog('Settings')
    .getByRole('button', { name: /ann@example.org/ })
    .click();
  const profile = ann.dialog('Your name');
  await profile.getByLabel('First name').fill('Anna');
  await profile.getByLabel('Last name (optional)').fill('Blum');
  await profile.getByRole('button', { name: 'Save' }).click();
  await expect(ann.page.getByText('Saved')).toBeVisible();
  await expect(ann.dialog('Settings')).toContainText('Anna Blum');
  await ann.page.keyboard.press('Escape');
  await ann.visit(bob);
  await ann.write('guess who');
  await bob.page.reload();
  await expect(bob.chat('Anna Blum')).toContainText('guess who');
});

test('another password ends every other session; the old one opens nothing', async ({
  meet,
  arrive,
  visitor,
  server,
  faults,
}) => {
  faults.expect(refused, /status of 400/);
  const [ann] = await meet('Ann');
  const phone = await arrive(await logIn(server.origin, ann.account.email));
  await ann.goHome();
  await phone.goHome();
  await openSettings(ann);
  await ann.press('Password', 'Settings');
  const dialog = ann.dialog('Password');
  await dialog.getByLabel('Current password', { exact: true }).fill('not this one');
  await dialog.getByLabel('New password', { exact: true }).fill('two cups of tea');
  await dialog.getByRole('button', { name: 'Change password' }).click();
  const current = dialog.getByLabel('Current password', { exact: true });
  await expect(current).toHaveAccessibleDescription('Wrong password. Try again.');
  await current.fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await expect(ann.page.getByText('Password changed')).toBeVisible();
  await expect(phone.page.getByText(ended)).toBeVisible();

  const page = await visitor();
  await page.goto('/login');
  await page.getByLabel('Email').fill(ann.account.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Wrong email or password. Try again.');
  await page.getByLabel('Password', { exact: true }).fill('two cups of tea');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Chats' })).toBeVisible();
});

test('a session is ended only when the password confirms it, and then at once', async ({
  meet,
  server,
  faults,
}) => {
  faults.expect(/status of 40[03]/);
  const [ann] = await meet('Ann');
  await logIn(server.origin, ann.account.email);
  let confirmed = false;
  await ann.page.route('**/api/auth/confirm', (route) => {
    confirmed = route.request().postDataJSON().password === PASSWORD;
    const wrong = { status: 400, json: { code: 'wrong_password', message: 'Wrong password or email' } };
    return route.fulfill(confirmed ? { json: { message: '', confirmedUntil: '' } } : wrong);
  });
  await ann.page.route('**/api/sessions/*', (route) =>
    confirmed
      ? route.fallback()
      : route.fulfill({ status: 403, json: { code: 'confirm_required', message: '' } }),
  );
  await ann.goHome();
  await openSettings(ann);
  await ann.press('Devices', 'Settings');
  await ann.dialog('Devices').getByRole('button', { name: /^End / }).click();
  const dialog = ann.dialog('Confirm it’s you');
  const password = dialog.getByLabel('Current password', { exact: true });
  await expect(password).toBeFocused();
  await password.fill('a cup of milk');
  await password.press('Enter');
  await expect(password).toHaveAccessibleDescription('Wrong password. Try again.');
  await password.fill(PASSWORD);
  await expectAccessible(ann.page);
  await password.press('Enter');
  await expect(ann.page.getByText('Ended', { exact: true })).toBeVisible();
  await expect(dialog).toBeHidden();
  await expect(ann.dialog('Devices').getByRole('listitem')).toHaveCount(1);
});

test('a session is ended from another device', async ({ meet, arrive, server, faults }) => {
  faults.expect(refused);
  const [ann] = await meet('Ann');
  const phone = await arrive(await logIn(server.origin, ann.account.email));
  await ann.goHome();
  await phone.goHome();
  await openSettings(ann);
  await ann.press('Devices', 'Settings');
  const devices = ann.dialog('Devices').getByRole('listitem');
  await expect(devices).toHaveCount(2);
  await expect(devices.filter({ hasText: 'This device' }).getByRole('button')).toHaveCount(0);
  await devices.getByRole('button', { name: /^End / }).click();
  await expect(phone.page.getByText(ended)).toBeVisible();
  await expect(devices).toHaveText([/This device/]);
  await ann.page.keyboard.press('Escape');
  await expect(ann.chats).toBeVisible();
});

test('all other sessions are ended at once', async ({ meet, arrive, server, faults }) => {
  faults.expect(refused);
  const [ann] = await meet('Ann');
  const phone = await arrive(await logIn(server.origin, ann.account.email));
  await logIn(server.origin, ann.account.email);
  await phone.goHome();
  await ann.goHome();
  await openSettings(ann);
  await ann.press('Devices', 'Settings');
  await expect(ann.dialog('Devices').getByRole('listitem')).toHaveCount(3);
  await ann.press('End all other sessions', 'Devices');
  await expect(ann.dialog('Devices').getByRole('listitem')).toHaveCount(1);
  await expect(phone.page.getByText(ended)).toBeVisible();
});

test('an account is deleted by whoever types its address; what it wrote stays with the others', async ({
  meet,
  visitor,
  faults,
}) => {
  faults.expect(refused, /status of 400/);
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('farewell');
  await bob.visit(ann);
  await expect(bob.message('farewell')).toBeVisible();
  await openSettings(ann);
  await ann.press('Delete account', 'Settings');
  const dialog = ann.dialog('Delete account');
  const confirmation = dialog.getByLabel('Type ann@example.org to confirm');
  await confirmation.fill('ann');
  await dialog.getByRole('button', { name: 'Delete account', exact: true }).click();
  await expect(confirmation).toHaveAccessibleDescription('Type ann@example.org to continue.');
  await confirmation.fill('ann@example.org');
  await dialog.getByRole('button', { name: 'Delete account', exact: true }).click();
  await expect(ann.page.getByText('Your account has been deleted.')).toBeVisible();

  // At once, without a reload.
  await expect(bob.header).toContainText('Deleted account');
  await expect(bob.chat('Deleted account')).toContainText('farewell');
  await expect(
    bob.page.getByText('This account was deleted. You can still read the messages.'),
  ).toBeVisible();
  await expect(bob.message('farewell')).toBeVisible();
  await expect(bob.composer).toHaveCount(0);

  const page = await visitor();
  await page.goto('/login');
  await page.getByLabel('Email').fill('ann@example.org');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Wrong email or password. Try again.');
});

test('whoever deletes an account can take the texts along', async ({ meet, faults }) => {
  faults.expect(refused);
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 2, 'secret');
  await bob.visit(ann);
  await expect(bob.messages).toHaveText([/secret/, /secret/]);
  await ann.goHome();
  await openSettings(ann);
  await ann.press('Delete account', 'Settings');
  await ann.dialog('Delete account').getByText('Erase', { exact: true }).click();
  await ann.dialog('Delete account').getByLabel('to confirm').fill('ann@example.org');
  await ann.press('Delete account', 'Delete account');
  await expect(ann.page.getByText('Your account has been deleted.')).toBeVisible();
  await expect(bob.chat('Deleted account')).toContainText('Message deleted');
  await expect(bob.messages).toHaveText([/Message deleted/, /Message deleted/]);
});

test('who has chosen no language reads the browser’s', async ({ arrive, server }) => {
  const { page } = await arrive(await signUp(server.origin, 'Ann'), { locale: 'ru-RU' });
  await page.goto('/');
  await expect(page.getByRole('navigation', { name: 'Чаты' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
});

async function openSettings(person: Person): Promise<void> {
  await person.pick('Menu', 'Settings');
  await expect(person.dialog('Settings')).toBeVisible();
}

/** One of the choices in a row. */
async function choose(person: Person, choice: string): Promise<void> {
  await person.dialog('Settings').getByText(choice, { exact: true }).click();
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
