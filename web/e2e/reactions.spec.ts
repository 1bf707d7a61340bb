// Reactions, emoji, and the menu of a message without a mouse.
import { expect, test } from './support/fixtures';
import type { Person } from './support/person';
import { wrote } from './support/past';

test('a quick reaction is seen by both, counted, and taken back', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 1, 'tea?');
  await ann.visit(bob);
  await bob.visit(ann);
  await react(bob, 'tea?', '👍');
  await expect(reaction(bob, '👍 1, you too')).toHaveAttribute('aria-pressed', 'true');
  await expect(reaction(ann, '👍 1')).toHaveAttribute('aria-pressed', 'false');
  await reaction(ann, '👍 1').click();
  for (const person of [ann, bob]) await expect(reaction(person, '👍 2, you too')).toHaveText(/2/);
  await reaction(bob, '👍 2, you too').click();
  await expect(reaction(ann, '👍 1, you too')).toBeVisible();
  await reaction(ann, '👍 1, you too').click();
  for (const person of [ann, bob])
    await expect(person.page.getByRole('group', { name: 'Reactions' })).toHaveCount(0);
});

test('any emoji can be a reaction: the picker finds it by its name', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 1, 'guess');
  await ann.visit(bob);
  await bob.visit(ann);
  await openMenu(bob, 'guess');
  await bob.page.getByRole('menuitem', { name: 'More reactions' }).click();
  const picker = bob.dialog('Emoji');
  await picker.getByRole('searchbox', { name: 'Search emoji' }).fill('octopus');
  await picker.getByRole('option', { name: 'octopus' }).click();
  await expect(picker).toBeHidden();
  await expect(reaction(ann, '🐙 1')).toBeVisible();
  await expect(reaction(bob, '🐙 1, you too')).toBeVisible();
});

test('emoji go into the text where the caret is, and are sent with it', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await bob.visit(ann);
  await ann.visit(bob);
  await ann.composer.fill('tea!');
  await ann.composer.press('ArrowLeft');
  await ann.page.getByRole('button', { name: 'Choose an emoji' }).click();
  const picker = ann.dialog('Emoji');
  for (const name of ['octopus', 'squid']) {
    await picker.getByRole('searchbox').fill(name);
    await picker.getByRole('option', { name, exact: true }).click();
  }
  await picker.getByRole('searchbox').fill('no such thing at all');
  await expect(picker.getByText('No emoji found')).toBeVisible();
  await picker.getByRole('searchbox').press('Escape');
  await expect(picker).toBeHidden();
  await expect(ann.composer).toHaveValue('tea🐙🦑!');
  await ann.composer.press('Enter');
  await expect(bob.message('tea🐙🦑!')).toBeVisible();
});

test('the picker is used by keyboard, and remembers what was used', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.page.getByRole('button', { name: 'Choose an emoji' }).press('Enter');
  const picker = ann.dialog('Emoji');
  const search = picker.getByRole('searchbox');
  await expect(search).toBeFocused();
  await expect(picker.getByRole('option').first()).toBeVisible();
  await search.press('ArrowDown');
  await expect(picker.getByRole('option').first()).toBeFocused();
  await ann.page.keyboard.press('ArrowRight');
  await expect(picker.getByRole('option').nth(1)).toBeFocused();
  const chosen = (await picker.getByRole('option').nth(1).textContent())!;
  await ann.page.keyboard.press('Enter');
  await expect(ann.composer).toHaveValue(chosen);
  await ann.page.keyboard.press('Escape');
  await expect(picker).toBeHidden();
  await ann.page.getByRole('button', { name: 'Choose an emoji' }).press('Enter');
  const recent = picker.getByRole('group', { name: 'Recently used' });
  await expect(recent.getByRole('option')).toHaveText([chosen]);
});

test('the menu of a message is opened, used and left by keyboard', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 2, 'question');
  await bob.visit(ann);
  const { keyboard } = bob.page;
  await bob.message('question 2').focus();
  await keyboard.press('ArrowUp');
  await expect(bob.message('question 1')).toBeFocused();
  await keyboard.press('Enter');
  await expect(bob.page.getByRole('menuitemcheckbox').first()).toBeFocused();
  await keyboard.press('ArrowDown');
  await expect(bob.page.getByRole('menuitem', { name: 'Reply' })).toBeFocused();
  await keyboard.press('Escape');
  await expect(bob.page.getByRole('menu')).toHaveCount(0);
  await expect(bob.message('question 1')).toBeFocused();
  await keyboard.press('Enter');
  await expect(bob.page.getByRole('menuitemcheckbox').first()).toBeFocused();
  await keyboard.press('ArrowRight');
  await keyboard.press('Enter');
  await expect(reaction(bob, '❤️ 1, you too')).toBeVisible();
  await expect(bob.message('question 1')).toBeFocused();
  await keyboard.press('1');
  await expect(reaction(bob, '👍 1, you too')).toBeVisible();
  await keyboard.press('r');
  await expect(bob.composer).toBeFocused();
  await expect(bob.page.getByText('Reply to Ann')).toBeVisible();
});

async function openMenu(person: Person, message: string): Promise<void> {
  const item = person.page.locator('.item').filter({ has: person.message(message) });
  await person.message(message).hover();
  await item.getByRole('button', { name: 'Message menu' }).click();
}

/** With one of the menu's quick reactions. */
async function react(person: Person, message: string, emoji: string): Promise<void> {
  await openMenu(person, message);
  await person.page.getByRole('menuitemcheckbox', { name: emoji }).click();
}

/** A reaction's label: how many, and whether the user is among them. */
function reaction(person: Person, name: string) {
  return person.messages.getByRole('button', { name, exact: true });
}
