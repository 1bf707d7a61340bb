// When a new message shows a notification and changes the title.
import { expect, test } from './support/fixtures';
import { hide, pressNewest, record, showing, told } from './support/notifications';
import { wrote } from './support/past';
import { Person } from './support/person';

test('one is told of what comes elsewhere, not of what one looks at', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await record(ann.page.context());
  await ann.visit(bob);
  await bob.visit(ann);
  await cleo.visit(ann);
  await bob.write('one looks at this');
  await expect(ann.message('one looks at this')).toBeVisible();
  await cleo.write('and not at this');
  await expect.poll(() => told(ann.page)).toEqual(['Cleo: and not at this']);
  await expect(ann.page).toHaveTitle('(1) Hearth');
  await pressNewest(ann.page);
  await expect(ann.header).toContainText('Cleo');
  await expect(ann.message('and not at this')).toBeVisible();
  await expect(ann.page).toHaveTitle('Hearth');
});

test('a page that nobody sees tells of its open chat, too', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await record(ann.page.context());
  await ann.visit(bob);
  await hide(ann.page);
  await bob.visit(ann);
  await bob.write('hello?');
  await expect.poll(() => told(ann.page)).toEqual(['Bob: hello?']);
  await expect(ann.page).toHaveTitle('(1) Hearth');
});

test('muted chats and one’s own messages tell nothing', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await record(ann.page.context());
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await ann.pickHere('Mute…', 'Always');
  await expect(ann.chat('Bob').getByTitle('Muted')).toBeVisible();
  await ann.goHome();
  await bob.visit(ann);
  await bob.write('unheard');
  await expect(ann.chat('Bob')).toContainText('unheard');
  await wrote(ann, cleo, 1, 'from another device');
  await expect(ann.chat('Cleo')).toContainText('from another device');
  await cleo.visit(ann);
  await cleo.write('heard');
  await expect.poll(() => told(ann.page)).toEqual(['Cleo: heard']);
});

test('two tabs tell of a message once; neither does if one of them shows it', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await record(ann.page.context());
  const tab = await ann.page.context().newPage();
  await ann.goHome();
  await tab.goto('/');
  await bob.visit(ann);
  await cleo.visit(ann);
  for (const text of ['one', 'two', 'three']) await bob.write(text);
  await expect
    .poll(async () => (await told(ann.page, tab)).sort())
    .toEqual(['Bob: one', 'Bob: three', 'Bob: two']);
  for (const page of [ann.page, tab]) await expect(page).toHaveTitle('(3) Hearth');
  await ann.chat('Bob').click();
  for (const page of [ann.page, tab]) await expect(page).toHaveTitle('Hearth');
  await bob.write('seen in one tab');
  await expect(ann.message('seen in one tab')).toBeVisible();
  await cleo.write('seen in none');
  await expect
    .poll(async () => (await told(ann.page, tab)).sort())
    .toEqual(['Bob: one', 'Bob: three', 'Bob: two', 'Cleo: seen in none']);
});

test('the browser is asked when one wants to hear of messages, and not before', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await record(ann.page.context(), 'default');
  await wrote(bob, ann, 1);
  await ann.goHome();
  const invitation = ann.page.getByRole('region', { name: 'Notifications' });
  await expect(invitation).toContainText('Turn on notifications?');
  expect(await ann.page.evaluate(() => Notification.permission)).toBe('default');
  await invitation.getByRole('button', { name: 'Turn on' }).click();
  await expect(invitation).toHaveCount(0);
  await bob.visit(ann);
  await bob.write('now you hear');
  await expect.poll(() => told(ann.page)).toEqual(['Bob: now you hear']);
});

test('notifications are turned off in the settings', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await record(ann.page.context());
  await ann.goHome();
  await ann.pick('Menu', 'Settings');
  const off = ann.dialog('Settings').getByRole('switch', { name: 'Notifications' });
  await expect(off).toBeChecked();
  await off.click();
  await expect(off).not.toBeChecked();
  await ann.page.keyboard.press('Escape');
  await bob.visit(ann);
  await bob.write('quietly');
  await expect(ann.page).toHaveTitle('(1) Hearth');
  await ann.pick('Menu', 'Settings');
  await off.click();
  await expect(off).toBeChecked();
  await ann.page.keyboard.press('Escape');
  await bob.write('aloud');
  await expect.poll(() => told(ann.page)).toEqual(['Bob: aloud']);
});

test('a notification follows its message: edited, deleted, read elsewhere', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await record(ann.page.context());
  await ann.goHome();
  await bob.visit(ann);
  await bob.write('tee?');
  await expect.poll(() => showing(ann.page)).toEqual(['Bob: tee?']);
  await bob.choose('Edit', 'tee?');
  await bob.write('tea?');
  await expect.poll(() => showing(ann.page)).toEqual(['Bob: tea?']);
  await bob.choose('Delete', 'tea?');
  await bob.press('Delete', 'Delete this message?');
  await expect.poll(() => showing(ann.page)).toEqual([]);

  await bob.write('read this');
  await expect.poll(() => showing(ann.page)).toEqual(['Bob: read this']);
  const tab = new Person(await ann.page.context().newPage(), ann.account);
  await tab.visit(bob);
  await expect(tab.message('read this')).toBeVisible();
  await expect.poll(() => showing(ann.page)).toEqual([]);
});

test('a deleted message that nobody can read any more waits for nobody', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.goHome();
  await bob.visit(ann);
  await bob.write('oops');
  await expect(ann.page).toHaveTitle('(1) Hearth');
  await bob.choose('Delete', 'oops');
  await bob.press('Delete', 'Delete this message?');
  await expect(ann.page).toHaveTitle('Hearth');
  await expect(ann.chat('Bob')).toContainText('Message deleted');
  await expect(ann.chat('Bob')).not.toContainText('unread');
  await ann.page.reload();
  await expect(ann.chat('Bob')).toContainText('Message deleted');
  await expect(ann.page).toHaveTitle('Hearth');
});
