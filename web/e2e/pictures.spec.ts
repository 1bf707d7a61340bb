// The README's pictures, of the people of `hearth demo`: `npm run pictures` writes them anew, to be looked at.
import { join } from 'node:path';
import { expect, test } from './support/fixtures';
import { logIn } from './support/rest';

const folder = join(import.meta.dirname, '../../docs/images');

test.use({ demo: true });

test('a conversation, wide and light', async ({ arrive, server }) => {
  const anna = await arrive(await logIn(server.origin, 'anna@example.org', 'hearth demo'), {
    colorScheme: 'light',
    viewport: { width: 1120, height: 720 },
  });
  await anna.goHome();
  await anna.chats.locator('a[href*="/chat/g/"]').first().click();
  await expect(anna.messages.last()).toBeVisible();
  await anna.page.screenshot({
    path: join(folder, 'conversation.png'),
    animations: 'disabled',
    caret: 'hide',
  });
});

test('the chats, on a phone and dark', async ({ arrive, server }) => {
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
  const anna = await arrive(await logIn(server.origin, 'anna@example.org', 'hearth demo'), phone);
  await anna.goHome();
  await expect(anna.chats.getByRole('link').first()).toBeVisible();
  await anna.page.screenshot({ path: join(folder, 'phone.png'), animations: 'disabled' });
});
