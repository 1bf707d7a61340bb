// Downloading everything that the server stores about the user.
import { readFile } from 'node:fs/promises';
import { expectAccessible } from './support/axe';
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import type { Person } from './support/person';
import { PASSWORD } from './support/rest';
import { unzip } from './support/zip';

const files = [
  'README.txt',
  'profile.json',
  'settings.json',
  'sessions.jsonl',
  'blocks.jsonl',
  'memberships.jsonl',
  'chats.jsonl',
  'messages.jsonl',
  'reactions.jsonl',
];

test('a user who enters the password downloads everything, with only the keyboard', async ({
  meet,
  faults,
}) => {
  faults.expect(/status of 403/);
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 3);
  await confirmationIsDue(ann);
  const button = await openYourData(ann);
  await expectAccessible(ann.page);
  await button.focus();
  await ann.page.keyboard.press('Enter');
  const password = ann.dialog('Confirm it’s you').getByLabel('Current password', { exact: true });
  await expect(password).toBeFocused();
  await ann.page.keyboard.type(PASSWORD);
  const downloaded = ann.page.waitForEvent('download');
  await ann.page.keyboard.press('Enter');
  const download = await downloaded;
  expect(download.suggestedFilename()).toMatch(/^hearth-export-\d{4}-\d\d-\d\d\.zip$/);
  await expect(ann.page.getByText('Download started')).toBeVisible();
  await expect(button).toBeFocused();

  const zip = unzip(await readFile(await download.path()));
  expect([...zip.keys()]).toEqual(files);
  expect(JSON.parse(zip.get('profile.json')!)).toMatchObject({ userId: ann.account.id, firstName: 'Ann' });
  const messages = zip.get('messages.jsonl')!.trim().split('\n');
  expect(messages.map((line) => JSON.parse(line).content)).toEqual(['message 1', 'message 2', 'message 3']);
});

test('a user who does not enter the password downloads nothing, and reads why', async ({ meet, faults }) => {
  faults.expect(/status of 403/);
  const [ann] = await meet('Ann');
  await confirmationIsDue(ann);
  let downloads = 0;
  ann.page.on('download', () => downloads++);
  const button = await openYourData(ann);
  await button.click();
  await ann.press('Cancel', 'Confirm it’s you');
  const dialog = ann.dialog('Your data');
  await expect(dialog.getByRole('alert')).toHaveText('Nothing was changed. Enter your password to confirm.');
  await expect(button).toBeFocused();
  await ann.press('Back to settings', 'Your data');
  await expect(ann.dialog('Settings').getByRole('button', { name: 'Your data' })).toBeFocused();
  expect(downloads).toBe(0);
});

/** As five minutes after the login: the password must be entered again. */
async function confirmationIsDue(person: Person): Promise<void> {
  await person.goHome();
  let confirmed = false;
  person.page.on('response', (response) => {
    confirmed ||= response.url().endsWith('/api/auth/confirm') && response.ok();
  });
  const refusal = { status: 403, json: { code: 'confirm_required', message: '' } };
  await person.page.route('**/api/export', (route) =>
    confirmed ? route.fallback() : route.fulfill(refusal),
  );
}

async function openYourData(person: Person) {
  await person.pick('Menu', 'Settings');
  await person.press('Your data', 'Settings');
  const button = person.dialog('Your data').getByRole('button', { name: 'Download your data' });
  await expect(button).toBeVisible();
  return button;
}
