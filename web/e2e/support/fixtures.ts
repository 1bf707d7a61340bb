// A server for each test, and the people who meet there. No test passes in which a page complained.
import {
  expect,
  test as base,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from '@playwright/test';
import { serveClient } from './client';
import { Faults } from './faults';
import { Person } from './person';
import { signUp, type Account } from './rest';
import { Server } from './server';

export { expect };

type Options = BrowserContextOptions;

interface Settings {
  /** Whether the server has the people of `hearth demo`. */
  demo: boolean;
  /** Variables of the server's environment: its configuration. */
  config: Record<string, string>;
}

export type Arrive = (account: Account, options?: Options) => Promise<Person>;

interface Fixtures {
  server: Server;
  faults: Faults;
  /** Signs people up by their first names; each is logged in in a browser of their own. */
  meet: <const Names extends readonly string[]>(...names: Names) => Promise<{ [I in keyof Names]: Person }>;
  /** A browser in which an account is logged in. */
  arrive: Arrive;
  /** A browser in which nobody is logged in. */
  visitor: (options?: Options) => Promise<Page>;
}

export const test = base.extend<Settings & Fixtures>({
  demo: [false, { option: true }],
  config: [{}, { option: true }],

  server: async ({ demo, config }, use) => {
    const server = await (demo ? Server.demo(config) : Server.start(config));
    await use(server);
    await server.remove();
  },

  faults: async ({ server }, use) => {
    const faults = new Faults(server.origin);
    await use(faults);
    expect(faults.unexpected).toEqual([]);
  },

  visitor: async ({ browser, server, faults, contextOptions }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options) => {
      const context = await browser.newContext({ ...contextOptions, baseURL: server.origin, ...options });
      contexts.push(context);
      faults.watch(context);
      if (process.env.CLIENT) await serveClient(context, server.origin, process.env.CLIENT);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  arrive: async ({ server, visitor }, use) => {
    await use(async (account, options) => {
      const { token, ...user } = account;
      const session = { name: 'hearth.session', value: JSON.stringify({ token, user }) };
      const storageState = { cookies: [], origins: [{ origin: server.origin, localStorage: [session] }] };
      return new Person(await visitor({ storageState, ...options }), account);
    });
  },

  meet: async ({ server, arrive }, use) => {
    const come = async (name: string) => arrive(await signUp(server.origin, name));
    await use((...names) => Promise.all(names.map(come)) as never);
  },
});
