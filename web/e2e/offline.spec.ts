// Without a network, installed, and after an update of the server.
import { expect, test } from './support/fixtures';
import { wrote } from './support/past';
import { signUp } from './support/rest';
import { historyIsKept } from './support/storage';
import { controlled } from './support/worker';

// What the browser logs when a test cuts the connection.
const cut = [/ERR_INTERNET_DISCONNECTED/, /ERR_CONNECTION_REFUSED/, /WebSocket connection to .* failed/];

test('offline, the client opens with the chats and the history one had open', async ({ meet, faults }) => {
  faults.expect(...cut);
  const [ann, bob, cleo] = await meet('Ann', 'Bob', 'Cleo');
  await wrote(bob, ann, 3);
  await wrote(cleo, ann, 1, 'never opened');
  await ann.visit(bob);
  await expect(ann.message('message 3')).toBeVisible();
  await historyIsKept(ann.page);
  await controlled(ann.page);
  await ann.page.context().setOffline(true);
  await ann.page.reload();
  await expect(ann.chat('Bob')).toContainText('message 3');
  await expect(ann.messages).toHaveText([/message 1/, /message 2/, /message 3/]);
  await expect(ann.page.getByText('You are offline.').first()).toBeVisible();
  await ann.chat('Cleo').click();
  await expect(ann.page.getByText('Not available offline')).toBeVisible();

  await ann.page.context().setOffline(false);
  await expect(ann.messages).toHaveText([/never opened 1/]);
  await expect(ann.page.getByText('You are offline.')).toHaveCount(0);
});

test('what is written in a client that was opened offline is sent when there is a network', async ({
  meet,
  faults,
}) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await bob.visit(ann);
  await ann.visit(bob);
  await expect(ann.message('message 1')).toBeVisible();
  await controlled(ann.page);
  await ann.page.context().setOffline(true);
  await ann.page.reload();
  await ann.write('from the train');
  await expect(ann.message('from the train')).toContainText('Sending…');
  await ann.page.reload();
  await expect(ann.message('from the train')).toContainText('Sending…');
  await ann.page.context().setOffline(false);
  await expect(bob.message('from the train')).toBeVisible();
  await expect(ann.messages).toHaveText([/message 1/, /from the train.*(Sent|Seen)/]);
});

test('a server that is down is no reason to see nothing', async ({ meet, server, faults }) => {
  faults.expect(...cut);
  const [ann, bob] = await meet('Ann', 'Bob');
  await wrote(bob, ann, 1);
  await ann.visit(bob);
  await expect(ann.message('message 1')).toBeVisible();
  await historyIsKept(ann.page);
  await controlled(ann.page);
  await server.kill();
  await ann.page.goto('/');
  await expect(ann.chat('Bob')).toContainText('message 1');
  await ann.chat('Bob').click();
  await expect(ann.message('message 1')).toBeVisible();
  await server.start();
  await ann.write('welcome back');
  await expect(ann.message('welcome back')).toContainText('Sent');
});

test('it can be installed: the manifest is sound, its icons have the sizes it names', async ({ visitor }) => {
  const page = await visitor();
  await page.goto('/');
  const devtools = await page.context().newCDPSession(page);
  const { data, errors } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const { icons, start_url } = JSON.parse(data!) as { icons: Icon[]; start_url: string };
  expect(start_url).toBe('/');
  for (const { src, sizes } of icons) {
    const width = await page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return image.naturalWidth;
    }, src);
    if (sizes === 'any') expect(width).toBeGreaterThan(0);
    else expect(`${width}x${width}`).toBe(sizes);
  }
});

test('a newer client is offered once the server has it, and is never forced', async ({
  arrive,
  server,
  faults,
}) => {
  faults.expect(...cut, /Service Worker registration blocked/);
  const ann = await arrive(await signUp(server.origin, 'Ann'), { serviceWorkers: 'block' });
  await ann.goHome();
  // Without a service worker, parts that are still loading would be missing offline.
  await ann.page.waitForLoadState('networkidle');
  await ann.page.evaluate(() => Object.assign(window, { before: true }));
  const context = ann.page.context();
  await context.route(`${server.origin}/`, (route) =>
    route.fulfill({ body: '<div id="app"></div><script type="module" src="/assets/newer.js"></script>' }),
  );
  const offer = ann.page.getByRole('status').filter({ hasText: 'A new version of Hearth is available.' });
  for (const answer of ['Later', 'Reload']) {
    await context.setOffline(true);
    await expect(ann.page.getByText('You are offline.').first()).toBeVisible();
    await context.setOffline(false);
    // It is looked for once the line is back, which may take a few tries.
    await expect(offer).toBeVisible({ timeout: 40_000 });
    expect(await ann.page.evaluate(() => 'before' in window)).toBe(true);
    if (answer === 'Reload') await context.unrouteAll();
    await offer.getByRole('button', { name: answer }).click();
    await expect(offer).toHaveCount(0);
  }
  await expect(ann.chats).toBeVisible();
  expect(await ann.page.evaluate(() => 'before' in window)).toBe(false);
});

interface Icon {
  src: string;
  sizes: string;
}
