// For work on the client: another build of it in place of the one in the program, under the same policy.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';

export async function serveClient(context: BrowserContext, origin: string, folder: string): Promise<void> {
  // The browser does not know where a page came from that a test has served, and asks.
  await context.grantPermissions(['local-network-access', 'clipboard-read', 'clipboard-write'], { origin });
  const { headers } = await fetch(origin);
  const policy = { 'content-security-policy': headers.get('content-security-policy')! };
  await context.route(`${origin}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const path = join(folder, pathname);
    if (pathname !== '/' && existsSync(path)) return route.fulfill({ path, headers: policy });
    if (route.request().resourceType() !== 'document') return route.fallback();
    await route.fulfill({ path: join(folder, 'index.html'), headers: policy });
  });
}
