// Actions on a chat that change it only for the user: mute, block, delete, mark as read.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';

test('a muted chat says so, and counts for nothing in the title, until it is unmuted', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await ann.pickHere('Mute…', 'Always');
  await expect(ann.chat('Bob').getByTitle('Muted')).toBeVisible();
  await ann.goHome();
  await bob.visit(ann);
  await bob.write('psst');
  await expect(ann.chat('Bob')).toContainText('1 unread message');
  await expect(ann.page).toHaveTitle('Hearth');
  await ann.chat('Bob').click({ button: 'right' });
  await ann.page.getByRole('menuitem', { name: /Unmute.*always/ }).click();
  await expect(ann.chat('Bob').getByTitle('Muted')).toHaveCount(0);
  await expect(ann.page).toHaveTitle('(1) Hearth');
});

test('a muted chat is muted on all devices, and after a reload', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  const tab = await ann.page.context().newPage();
  await tab.goto('/');
  await expect(tab.getByRole('link', { name: /Bob/ })).toBeVisible();
  await ann.pickHere('Mute…', 'For 1 hour');
  await expect(tab.getByTitle('Muted')).toBeVisible();
  await tab.reload();
  await expect(tab.getByTitle('Muted')).toBeVisible();
});

test('whom one blocks cannot write any more: their message fails in words, and can be sent later', async ({
  meet,
}) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.pickHere('Block…');
  const sentence = 'Not delivered: this person does not accept messages from you';
  await expect(ann.dialog('Block Bob?')).toContainText(sentence);
  await expect(ann.dialog('Block Bob?')).toContainText('They are not notified.');
  await ann.press('Block', 'Block Bob?');
  await expect(ann.page.getByText('You blocked this person.')).toBeVisible();
  await expect(ann.composer).toHaveCount(0);

  await bob.write('are you there?');
  const refused = bob.page.locator('.failed').filter({ hasText: sentence });
  await expect(refused.locator('span')).toHaveText(sentence);
  await bob.write('never mind');
  await expect(refused).toHaveCount(2);
  await refused.last().getByRole('button', { name: 'Discard' }).click();
  await expect(bob.message('never mind')).toHaveCount(0);

  await ann.page.getByRole('button', { name: 'Unblock' }).click();
  await expect(ann.composer).toBeVisible();
  await refused.getByRole('button', { name: 'Try again' }).click();
  await expect(bob.message('are you there?')).toContainText(/Sent|Seen/);
  await expect(refused).toHaveCount(0);
  await expect(ann.messages).toHaveText([/message 1/, /are you there\?/]);
});

test('blocked people stand in the settings, and are let in again from there', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await ann.pickHere('Block…');
  await ann.press('Block', 'Block Bob?');
  await ann.pick('Menu', 'Settings');
  await ann.press('Blocked people', 'Settings');
  await ann.press('Unblock Bob', 'Blocked people');
  await expect(ann.dialog('Blocked people')).toContainText('You have not blocked anyone.');
  await ann.page.keyboard.press('Escape');
  await ann.page.keyboard.press('Escape');
  await expect(ann.composer).toBeVisible();
});

test('a conversation is deleted for oneself; a new message brings it back, without the old', async ({
  meet,
}) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 2, 'old');
  await ann.visit(bob);
  await expect(ann.message('old 2')).toBeVisible();
  await ann.pickHere('Delete chat…');
  await ann.press('Delete', 'Delete the chat with Bob?');
  await expect(ann.chat('Bob')).toHaveCount(0);
  await expect(ann.message('old')).toHaveCount(0);
  await ann.goHome();
  await bob.visit(ann);
  await expect(bob.message('old 2')).toBeVisible();
  await bob.write('anew');
  await ann.chat('Bob').click();
  await expect(ann.messages).toHaveText([/anew/]);
});

test('a chat is marked as read without opening it; the other side sees it', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.goHome();
  await bob.visit(ann);
  await bob.write('when you have time');
  await expect(ann.chat('Bob')).toContainText('1 unread message');
  await expect(bob.message('when you have time')).toContainText('Sent');
  await ann.chat('Bob').click({ button: 'right' });
  await ann.page.getByRole('menuitem', { name: 'Mark as read' }).click();
  await expect(ann.chat('Bob')).not.toContainText('unread');
  await expect(ann.page).toHaveTitle('Hearth');
  await expect(bob.message('when you have time')).toContainText('Seen');
});
