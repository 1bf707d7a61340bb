// Groups: made, changed and ended, as seen by those in them, each in their own language.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import type { Person } from './support/person';
import { signUp } from './support/rest';

test('whoever makes a group picks members at once; all are told in their own language', async ({
  meet,
  arrive,
  server,
}) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  const vera = await arrive(await signUp(server.origin, 'Vera'), { locale: 'ru' });
  await vera.page.goto('/');
  await make(ann, bob, vera);
  await expect(ann.header).toContainText('3 members');
  await expect(ann.notices).toHaveText(['You created the group', 'You added Bob', 'You added Vera']);
  await vera.page.getByRole('link', { name: /Tea/ }).click();
  await expect(vera.header).toContainText('3 участника');
  await expect(vera.notices.last()).toHaveText('Ann добавил(а) вас');
  await ann.write('welcome');
  await expect(vera.message('welcome')).toContainText('Ann');
  await bob.goHome();
  await bob.chat('Tea').click();
  await expect(bob.message('welcome')).toBeVisible();
  await expect(bob.notices.last()).toHaveText('Ann added Vera');
});

test('a group without a name is not made', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  await ann.pick('Menu', 'New group');
  await ann.press('Create group', 'New group');
  const name = ann.dialog('New group').getByLabel('Group name');
  await expect(name).toHaveAccessibleDescription('Fill in this field.');
  await expect(ann.dialog('New group')).toBeVisible();
});

test('roles, names and members change for all, and the group says so in two languages', async ({
  meet,
  arrive,
  server,
}) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  const vera = await arrive(await signUp(server.origin, 'Vera'), { locale: 'ru' });
  await make(ann, bob);
  await bob.goHome();
  await bob.chat('Tea').click();

  await showInfo(ann, 'Tea');
  await ann.dialog('Group info').getByRole('button', { name: 'Add people' }).click();
  await find(ann, 'Add people', 'Vera');
  await ann.press('Add 1 person', 'Add people');
  await expect(ann.page.getByText('1 person added.')).toBeVisible();
  await vera.page.goto('/');
  await vera.page.getByRole('link', { name: /Tea/ }).click();
  await expect(vera.notices.last()).toHaveText('Ann добавил(а) вас');

  await ann.pick('Actions for Bob', 'Make admin');
  await expect(member(ann, 'Bob')).toContainText('admin');
  await ann.dialog('Group info').getByRole('button', { name: 'Rename group' }).click();
  await ann.dialog('Rename group').getByLabel('Group name').fill('Coffee');
  await ann.press('Save', 'Rename group');
  await expect(bob.header).toContainText('Coffee');
  await expect(bob.notices.last()).toHaveText('Ann renamed the group to “Coffee”');
  await expect(bob.notices.filter({ hasText: 'Ann made you an admin' })).toBeVisible();
  await expect(vera.header).toContainText('Coffee');
  await expect(vera.notices).toHaveText([
    /.*/,
    /.*/,
    'Ann добавил(а) вас',
    'Ann назначил(а) админа: Bob',
    'Ann переименовал(а) группу в «Coffee»',
  ]);

  await ann.pick('Actions for Bob', 'Remove admin rights');
  await expect(bob.notices.last()).toHaveText('Ann removed admin rights from you');
  await expect(vera.notices.last()).toHaveText('Ann снял(а) права админа. Теперь участник: Bob');
});

test('who is removed is told calmly, and finds the way back', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await make(ann, bob, cleo);
  for (const person of [bob, cleo]) {
    await person.goHome();
    await person.chat('Tea').click();
  }
  await showInfo(ann, 'Tea');
  await ann.pick('Actions for Bob', 'Remove from group…');
  await ann.press('Remove member', 'Remove Bob from the group?');
  await expect(member(ann, 'Bob')).toHaveCount(0);
  await expect(bob.page.getByText('You are no longer in “Tea”')).toBeVisible();
  await expect(bob.composer).toHaveCount(0);
  await expect(bob.chat('Tea')).toHaveCount(0);
  await expect(cleo.notices.last()).toHaveText('Ann removed Bob');
  await bob.page.getByRole('status').getByRole('button', { name: 'Back to chats' }).click();
  await expect(bob.page).toHaveURL('/');
});

test('who leaves no longer sees the group; the others read of it', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await make(ann, bob);
  await bob.goHome();
  await bob.chat('Tea').click();
  await bob.pickHere('Leave group…');
  await bob.press('Leave group', 'Leave “Tea”?');
  await expect(bob.chat('Tea')).toHaveCount(0);
  await expect(bob.composer).toHaveCount(0);
  await expect(ann.notices.last()).toHaveText('Bob left the group');
  await expect(ann.header).toContainText('1 member');
});

test('an owner hands the group over, and stays as an admin', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await make(ann, bob);
  await bob.goHome();
  await bob.chat('Tea').click();
  await showInfo(ann, 'Tea');
  await expect(member(ann, 'Ann')).toContainText('owner');
  await ann.pick('Actions for Bob', 'Transfer ownership…');
  await ann.press('Transfer ownership', 'Make Bob the owner?');
  await expect(member(ann, 'Bob')).toContainText('owner');
  await expect(member(ann, 'Ann')).toContainText('admin');
  await expect(ann.dialog('Group info').getByRole('button', { name: 'Delete group…' })).toHaveCount(0);
  await expect(bob.notices.last()).toHaveText('Ann made you the owner');
  await bob.pickHere('Delete group…');
  await expect(bob.dialog('Delete “Tea”?')).toBeVisible();
});

test('a deleted group is gone for everybody, once that is confirmed', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await make(ann, bob);
  await bob.goHome();
  await bob.chat('Tea').click();
  await ann.pickHere('Delete group…');
  await ann.press('Cancel', 'Delete “Tea”?');
  await expect(bob.composer).toBeVisible();
  await ann.pickHere('Delete group…');
  await ann.press('Delete group', 'Delete “Tea”?');
  for (const person of [ann, bob]) await expect(person.chat('Tea')).toHaveCount(0);
  await expect(bob.page.getByText('“Tea” was deleted')).toBeVisible();
});

test('what a blocked person writes in a group is hidden, and shown by a press', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await make(ann, bob);
  await bob.goHome();
  await bob.chat('Tea').click();
  await bob.write('kettle’s on');
  await expect(ann.message('kettle’s on')).toBeVisible();
  await ann.visit(bob);
  await ann.pickHere('Block…');
  await ann.press('Block', 'Block Bob?');
  await ann.chat('Tea').click();
  await expect(ann.message('Blocked person')).toBeVisible();
  await expect(ann.page.getByText('kettle’s on')).toHaveCount(0);
  await expect(ann.chat('Tea')).toContainText('Message hidden');
  await ann.page.reload();
  await ann.message('Blocked person').getByRole('button', { name: 'Show hidden message' }).click();
  await expect(ann.message('kettle’s on')).toBeFocused();
});

/** Makes the group in the dialog for it, and is in it then. */
async function make(owner: Person, ...members: Person[]): Promise<void> {
  await owner.goHome();
  await owner.pick('Menu', 'New group');
  await owner.dialog('New group').getByLabel('Group name').fill('Tea');
  for (const { account } of members) await find(owner, 'New group', account.firstName);
  await owner.press('Create group', 'New group');
  await expect(owner.header).toContainText('Tea');
  await expect(owner.composer).toBeVisible();
}

/** Searches for a person and picks them. */
async function find(person: Person, dialog: string, name: string): Promise<void> {
  await person.dialog(dialog).getByRole('combobox').fill(name);
  await person.dialog(dialog).getByRole('option', { name }).click();
}

async function showInfo(person: Person, group: string): Promise<void> {
  await person.header.getByRole('button', { name: group }).click();
  await expect(person.dialog('Group info')).toBeVisible();
}

function member(person: Person, name: string) {
  return person.dialog('Group info').getByRole('listitem').filter({ hasText: name });
}
