// Without a mouse: the keyboard is enough, and the focus is always visible.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import { PASSWORD, signUp } from './support/rest';

test('one logs in, finds somebody and writes with the keyboard alone', async ({ meet, visitor, server }) => {
  const [bob] = await meet('Bob');
  await signUp(server.origin, 'Ann');
  const page = await visitor();
  await page.goto('/login');
  await tabTo(page.getByLabel('Email'));
  await page.keyboard.type('ann@example.org');
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  const search = page.getByRole('combobox');
  await expect(search).toBeVisible();
  await tabTo(search);
  await page.keyboard.type('bob');
  await expect(page.getByRole('option')).toHaveText(/Bob/);
  await page.keyboard.press('Enter');
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await expect(composer).toBeFocused();
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');
  await expect(composer).toBeFocused();
  await bob.goHome();
  await expect(bob.chat('Ann')).toContainText('by keyboard');
});

test('arrow keys lead through the chats, Enter opens one', async ({ meet }) => {
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await wrote(cleo, ann, 1);
  await wrote(bob, ann, 1);
  await ann.goHome();
  await tabTo(ann.chat('Bob'));
  await ann.page.keyboard.press('ArrowDown');
  await expect(ann.chat('Cleo')).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(ann.header).toContainText('Cleo');
  await expect(ann.composer).toBeFocused();
});

test('a menu is opened, moved through and left; the focus returns', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  const menu = ann.page.getByRole('button', { name: 'Menu', exact: true });
  await tabTo(menu);
  await ann.page.keyboard.press('Enter');
  const items = ann.page.getByRole('menuitem');
  await expect(items.first()).toBeFocused();
  await ann.page.keyboard.press('ArrowUp');
  await expect(items.last()).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(items).toHaveCount(0);
  await expect(menu).toBeFocused();
});

test('a dialog keeps the focus, and gives it back', async ({ meet }) => {
  const [ann] = await meet('Ann');
  await ann.goHome();
  const menu = ann.page.getByRole('button', { name: 'Menu', exact: true });
  await tabTo(menu);
  await ann.page.keyboard.press('Enter');
  await ann.page.getByRole('menuitem', { name: 'Settings' }).press('Enter');
  const dialog = ann.page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  for (let step = 0; step < 12; step++) {
    await ann.page.keyboard.press('Tab');
    const outside = await ann.page.evaluate(() => {
      const { activeElement: active } = document;
      return active !== document.body && !active?.closest('dialog');
    });
    expect(outside).toBe(false);
  }
  await ann.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(menu).toBeFocused();
});

test('wherever the focus goes, one sees it', async ({ meet, arrive, server }) => {
  const [bob] = await meet('Bob');
  const ann = await arrive(await signUp(server.origin, 'Ann'), { reducedMotion: 'reduce' });
  await wrote(bob, ann, 3);
  await ann.visit(bob);
  await expect(ann.message('message 3')).toBeVisible();
  for (let step = 0; step < 12; step++) {
    await ann.page.keyboard.press('Tab');
    expect(await ann.page.evaluate(unseen)).toBe('');
  }
});

/** The focused element, if it and what is around it look the same without the focus. */
async function unseen(): Promise<string> {
  const active = document.activeElement as HTMLElement;
  if (active === document.body) return '';
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const look = async () => {
    await drawn();
    const parts = [active, active.parentElement!].map((element) => getComputedStyle(element));
    return parts.map((style) => [style.outline, style.border, style.boxShadow, style.backgroundColor]).join();
  };
  const focused = await look();
  active.blur();
  const same = focused === (await look());
  active.focus();
  return same ? active.outerHTML : '';
}

/** Presses Tab until it is focused. */
async function tabTo(target: Locator): Promise<void> {
  const page: Page = target.page();
  for (let step = 0; step < 30; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}
