// Every screen, wide and on a phone, light and dark, in both languages: accessible, nothing wider than the window. Leaves
// pictures of all of them in target/e2e/screens, to be looked at.
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { en } from '../src/strings/en';
import { ru } from '../src/strings/ru';
import { expectAccessible } from './support/axe';
import { expect, test, type Arrive } from './support/fixtures';
import { logIn } from './support/rest';
import type { Server } from './support/server';
import { controlled } from './support/worker';

const folder = join(import.meta.dirname, '../../target/e2e/screens');
const sizes = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

test.use({ demo: true });

for (const [size, screen] of Object.entries(sizes))
  for (const colorScheme of ['light', 'dark'] as const)
    for (const language of ['en', 'ru'] as const) {
      const look = `${size}-${colorScheme}-${language}`;
      const options = { ...screen, colorScheme, locale: language, reducedMotion: 'reduce' } as const;
      const texts = { en, ru }[language];

      const check = async (page: Page, name: string) => {
        await page.screenshot({ path: join(folder, `${name}-${look}.png`) });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
        await expectAccessible(page);
      };

      test(`the way in can be used by everybody: ${look}`, async ({ visitor, faults }) => {
        faults.expect(/status of 400/);
        const page = await visitor(options);
        await page.goto('/login');
        await page.getByLabel(texts.account.email).fill('ann@example.org');
        await page.getByLabel(texts.account.password, { exact: true }).fill('wrong');
        await page.getByRole('button', { name: texts.account.logIn }).click();
        await expect(page.getByRole('alert')).toHaveText(texts.refusals.codes.wrong_credentials);
        await check(page, 'login');
        await page.goto('/signup');
        await page.getByRole('button', { name: texts.account.signUp }).click();
        await expect(page.getByText(texts.refusals.faults.required).first()).toBeVisible();
        await check(page, 'signup');
      });

      test(`the messenger can be used by everybody: ${look}`, async ({ arrive, server }) => {
        const anna = await logIn(server.origin, 'anna@example.org', 'hearth demo');
        const { page } = await arrive(anna, options);
        await page.goto('/');
        const chats = page.getByRole('navigation', { name: texts.chats.title });
        await expect(chats.getByRole('link').first()).toBeVisible();
        await check(page, 'chats');

        const search = page.getByRole('combobox');
        await search.fill('an');
        await expect(page.getByRole('option').first()).toBeVisible();
        await check(page, 'search');
        await search.fill('nobody is called so');
        await expect(page.getByText(texts.search.nothing)).toBeVisible();
        await check(page, 'search-nothing');
        await search.press('Escape');

        await page.getByRole('button', { name: texts.chats.menu, exact: true }).click();
        await expect(page.getByRole('menuitem').first()).toBeFocused();
        await check(page, 'menu');
        await page.getByRole('menuitem', { name: texts.settings.title }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await check(page, 'settings');
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toBeHidden();

        await chats.locator('a[href*="/chat/u/"]').first().click();
        await expect(page.getByRole('article').last()).toBeInViewport();
        await check(page, 'dialog');
        await page.getByRole('article').last().scrollIntoViewIfNeeded();
        // With a mouse there is a button, by touch the message is its own.
        if (size === 'phone') await page.getByRole('article').last().tap();
        else await page.getByRole('button', { name: texts.messages.menu }).last().click({ force: true });
        await expect(page.getByRole('menuitemcheckbox').first()).toBeFocused();
        await check(page, 'message-menu');
        await page.getByRole('menuitem', { name: texts.messages.reply }).click();
        await check(page, 'reply');

        if (size === 'phone') await page.getByRole('button', { name: texts.conversation.back }).click();
        await chats.locator('a[href*="/chat/g/"]').first().click();
        await expect(page.getByRole('article').last()).toBeInViewport();
        await check(page, 'group');
      });

      // Each side of every pair once: these are many, and axe is slow on some.
      if (look !== 'wide-light-en' && look !== 'phone-dark-ru') continue;
      const [groupTexts, personTexts, settingTexts] = [texts.groups, texts.people, texts.settings];

      const enter = async (arrive: Arrive, server: Server) => {
        const { page } = await arrive(await logIn(server.origin, 'anna@example.org', 'hearth demo'), options);
        await page.goto('/');
        const chats = page.getByRole('navigation', { name: texts.chats.title });
        await expect(chats.getByRole('link').first()).toBeVisible();
        return { page, chats };
      };

      const checkDialog = async (page: Page, title: string, name: string) => {
        await expect(page.getByRole('dialog', { name: title, exact: true })).toBeVisible();
        await check(page, name);
      };

      test(`a new group and a group's page can be used by everybody: ${look}`, async ({ arrive, server }) => {
        const { page, chats } = await enter(arrive, server);
        await choose(page, texts.chats.menu, texts.chats.newGroup);
        await page.getByRole('dialog').getByRole('option').first().click();
        await expect(page.getByRole('list', { name: groupTexts.picked })).toBeVisible();
        await checkDialog(page, groupTexts.create, 'new-group');
        await leave(page);
        await chats.locator('a[href*="/chat/g/"]').first().click();
        await page.locator('.conversation > header h1 button').click();
        await expect(page.getByRole('dialog').getByRole('listitem').first()).toBeVisible();
        await checkDialog(page, groupTexts.about, 'group-info');
      });

      test(`every page of the settings can be used by everybody: ${look}`, async ({ arrive, server }) => {
        const { page } = await enter(arrive, server);
        await choose(page, texts.chats.menu, texts.settings.title);
        for (const name of ['profile', 'password', 'sessions', 'yourData', 'deleteAccount'] as const) {
          await page.locator(`[data-page=${name}]`).click();
          if (name === 'sessions') await expect(page.getByText(settingTexts.thisDevice)).toBeVisible();
          await checkDialog(page, settingTexts[name], `settings-${name}`);
          await page.getByRole('button', { name: settingTexts.back }).click();
        }
      });

      test(`emoji can be used by everybody: ${look}`, async ({ arrive, server }) => {
        test.slow(); // axe looks at each of them
        const { page, chats } = await enter(arrive, server);
        await chats.locator('a[href*="/chat/u/"]').first().click();
        await page.getByRole('button', { name: texts.emoji.open }).click();
        await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
        await checkDialog(page, texts.emoji.label, 'emoji');
      });

      test(`a person's page and blocking can be used by everybody: ${look}`, async ({ arrive, server }) => {
        const { page, chats } = await enter(arrive, server);
        const dialogs = chats.locator('a[href*="/chat/u/"]');
        await dialogs.filter({ hasNotText: texts.chats.notes }).first().click();
        await page.locator('.conversation > header h1 button').click();
        await checkDialog(page, personTexts.about, 'person-info');
        await leave(page);
        await choose(page, texts.conversation.menu, personTexts.block);
        await expect(page.getByRole('dialog')).toBeVisible();
        const title = page.getByRole('dialog').getByRole('heading'); // a question, with a name: read whole
        expect(await title.evaluate((heading) => heading.scrollWidth - heading.clientWidth)).toBe(0);
        await check(page, 'block');
        await page.getByRole('button', { name: personTexts.blockAction, exact: true }).click();
        await expect(page.getByRole('button', { name: texts.conversation.unblock })).toBeVisible();
        await check(page, 'blocked');
      });

      test(`what is there offline can be used by everybody: ${look}`, async ({ arrive, server, faults }) => {
        faults.expect(/ERR_INTERNET_DISCONNECTED/);
        const { page, chats } = await enter(arrive, server);
        await controlled(page);
        await page.context().setOffline(true);
        await page.reload();
        await expect(page.getByText(texts.line.offline)).toBeVisible();
        await check(page, 'offline');
        await chats.locator('a[href*="/chat/u/"]').first().click();
        await expect(page.getByText(texts.conversation.offline)).toBeVisible();
        await check(page, 'offline-unopened');
      });

      test(`a server with an almost full disk can be used by everybody: ${look}`, async ({
        arrive,
        server,
      }) => {
        const { page, chats } = await enter(arrive, server);
        await chats.locator('a[href*="/chat/u/"]').first().click();
        await expect(page.getByRole('article').last()).toBeInViewport();
        server.disk.fill();
        await expect(page.getByText(texts.line.readOnly)).toBeVisible();
        await page.getByRole('textbox', { name: texts.conversation.write, exact: true }).fill('123');
        await page.getByRole('button', { name: texts.conversation.send }).click();
        await expect(page.getByRole('article').last()).toContainText(texts.conversation.waiting);
        await check(page, 'disk-full');
      });
    }

/** Chooses from the menu that a button opens. */
async function choose(page: Page, menu: string, choice: string): Promise<void> {
  await page.getByRole('button', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: choice, exact: true }).click();
}

/** Closes the dialog. */
async function leave(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
}
