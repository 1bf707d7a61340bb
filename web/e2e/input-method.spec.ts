// Writing with an input method: the keys that choose and commit a text are not the client's.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';

/** A key within a composition; or, as in Safari, just after its end. */
type When = 'composing' | 'committed';

async function press(field: Locator, key: string, when: When): Promise<void> {
  await field.focus();
  await field.evaluate(
    (element, { key, composing }) => {
      const values = { key, code: key, bubbles: true, cancelable: true, isComposing: composing };
      const event = new KeyboardEvent('keydown', values);
      Object.defineProperty(event, 'keyCode', { value: composing ? 13 : 229 });
      element.dispatchEvent(event);
    },
    { key, composing: when === 'composing' },
  );
}

for (const when of ['composing', 'committed'] as const) {
  test(`the message field keeps a text that is ${when}`, async ({ meet }) => {
    const [ann, bob] = await meet('Ann', 'Bob');
    await ann.visit(bob);
    await ann.write('one');
    await expect(ann.message('one')).toContainText('Sent');
    await ann.composer.fill('にほ');
    for (const key of ['Enter', 'Escape']) await press(ann.composer, key, when);
    await expect(ann.composer).toHaveValue('にほ');
    await ann.composer.fill('');
    await press(ann.composer, 'ArrowUp', when);
    await expect(ann.composer).toHaveValue('');
    await expect(ann.messages).toHaveCount(1);
    await ann.write('日本');
    await expect(ann.messages).toHaveText([/one/, /日本/]);
  });

  test(`a search keeps a text that is ${when}`, async ({ meet }) => {
    const [ann] = await meet('Ann', 'Bob');
    await ann.goHome();
    await ann.search.fill('bob');
    await expect(ann.page.getByRole('option')).toHaveCount(1);
    for (const key of ['Escape', 'Enter']) await press(ann.search, key, when);
    await expect(ann.search).toHaveValue('bob');
    await expect(ann.page).toHaveURL('/');
  });

  test(`the emoji search keeps a text that is ${when}`, async ({ meet }) => {
    const [ann, bob] = await meet('Ann', 'Bob');
    await ann.visit(bob);
    await ann.page.getByRole('button', { name: 'Choose an emoji' }).click();
    const search = ann.page.getByRole('searchbox', { name: 'Search emoji' });
    await search.fill('tea');
    await expect(ann.page.getByRole('option').first()).toBeVisible();
    for (const key of ['Enter', 'Escape', 'ArrowDown']) await press(search, key, when);
    await expect(search).toBeFocused();
    await expect(search).toHaveValue('tea');
    await expect(ann.composer).toHaveValue('');
  });

  test(`the choice of people keeps a text that is ${when}`, async ({ meet }) => {
    const [ann, bob] = await meet('Ann', 'Bob');
    await wrote(bob, ann, 1);
    await ann.goHome();
    await ann.pick('Menu', 'New group');
    const search = searchOfPeople(ann.page);
    await search.fill('bob');
    await expect(ann.page.getByRole('option', { name: /Bob/ })).toBeVisible();
    for (const key of ['Enter', 'Escape']) await press(search, key, when);
    await expect(search).toHaveValue('bob');
    await expect(ann.page.getByRole('list', { name: 'Selected people' })).toHaveCount(0);
  });
}

function searchOfPeople(page: Page): Locator {
  return page.getByRole('dialog').getByRole('combobox');
}
