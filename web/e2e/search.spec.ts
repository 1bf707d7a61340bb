// Finding people and groups.
import { expect, test } from './support/fixtures';
import { createGroup, signUp } from './support/rest';

test('a person is searched for, opened, and written to for the first time', async ({ meet }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await ann.goHome();
  await ann.search.fill('bo');
  await expect(ann.page.getByRole('option')).toHaveText(/Bob/);
  await expect(ann.page.getByRole('option').locator('mark').first()).toHaveText('Bo');
  await ann.page.getByRole('option').click();
  await expect(ann.header).toContainText('Bob');
  await expect(ann.search).toHaveValue('');
  await ann.write('found you');
  await expect(ann.chat('Bob')).toContainText('found you');
  await bob.goHome();
  await expect(bob.chat('Ann')).toContainText('found you');
});

test('arrow keys choose among the results, Enter opens', async ({ meet, server }) => {
  const [ann] = await meet('Ann');
  for (const name of ['Bea', 'Ben', 'Bert']) await signUp(server.origin, name);
  await ann.goHome();
  await ann.search.fill('be');
  await expect(ann.page.getByRole('option')).toHaveText([/Bea/, /Ben/, /Bert/]);
  await ann.search.press('ArrowDown');
  await expect(ann.page.getByRole('option', { name: /Ben/ })).toHaveAttribute('aria-selected', 'true');
  await ann.search.press('Enter');
  await expect(ann.header).toContainText('Ben');
});

test("one's own groups are found, those of others are not", async ({ meet, server }) => {
  const [ann, bob] = await meet('Ann', 'Bob');
  await createGroup(server.origin, ann.account, 'Tea club');
  await createGroup(server.origin, bob.account, 'Tea sceptics');
  await ann.goHome();
  await ann.search.fill('tea');
  await expect(ann.page.getByRole('option')).toHaveText([/Tea club/]);
});

test('when nobody is found, it says what to try', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  await ann.search.fill('%_\\');
  await expect(ann.page.getByText('No people or groups found')).toBeVisible();
  await ann.search.press('Escape');
  await expect(ann.page.getByText('No chats yet')).toBeVisible();
});
