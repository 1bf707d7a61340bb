// Actions on messages: reply, edit, delete, copy.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';

test('an answer shows what it answers, and leads there', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(ann, bob, 3, 'question');
  await bob.visit(ann);
  await bob.choose('Reply', 'question 2');
  await expect(bob.page.getByText('Reply to Ann')).toBeVisible();
  await wrote(ann, bob, 120);
  await bob.write('an answer');
  await ann.visit(bob);
  await ann
    .message('an answer')
    .getByRole('button', { name: /question 2/ })
    .click();
  await expect(ann.message(/^\s*question 2\b/)).toBeInViewport();
  await expect(ann.message('an answer')).toHaveCount(0);
  await ann.page.getByRole('button', { name: 'Go to newest messages' }).click();
  await expect(ann.message('an answer')).toBeInViewport();
});

test('an edited message changes for both, and says so', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.write('tee?');
  await expect(bob.message('tee?')).toBeVisible();
  await ann.choose('Edit', 'tee?');
  await ann.write('tea?');
  for (const person of [ann, bob]) await expect(person.messages).toHaveText([/tea\?\s*edited/]);
});

test('arrow up edits what one wrote last; Escape leaves it as it was', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await ann.write('first');
  await ann.write('lsat');
  await expect(ann.message('lsat')).toContainText('Sent');
  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('lsat');
  await ann.composer.press('Escape');
  await expect(ann.composer).toHaveValue('');
  await ann.composer.press('ArrowUp');
  await ann.write('last');
  await expect(ann.messages).toHaveText([/first/, /last\s*edited/]);
});

test('a deleted message is gone for both, once one has confirmed it', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.visit(bob);
  await bob.visit(ann);
  await ann.write('oops');
  await expect(bob.message('oops')).toBeVisible();
  await ann.choose('Delete', 'oops');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(ann.message('oops')).toBeVisible();
  await ann.choose('Delete', 'oops');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  for (const person of [ann, bob]) {
    await expect(person.messages).toHaveText([/Message deleted/]);
    await expect(person.page.getByRole('dialog')).toBeHidden();
  }
});

test('what others wrote one cannot edit or delete, but copy', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await bob.visit(ann);
  await bob.write('word for word');
  await ann.visit(bob);
  await ann.choose('Copy', 'word for word');
  await expect(ann.page.getByText('Copied')).toBeVisible();
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe('word for word');
  await ann.message('word for word').hover();
  await ann.page.getByRole('button', { name: 'Message menu' }).click();
  await expect(ann.page.getByRole('menuitem', { name: 'Reply' })).toBeVisible();
  await expect(ann.page.getByRole('menuitem', { name: /Edit|Delete/ })).toHaveCount(0);
});
