import { expect, test } from 'vitest';
import { isPage, Shell, type Build } from '../src/worker/shell';

const ORIGIN = 'https://hearth.test';
const PAGE = '<div id="app"></div>';

/** Browsers' caches, as far as they are used; each by the paths in it. */
class Caches {
  readonly kept = new Map<string, Map<string, Response>>();
  #fetch: (path: string) => Promise<Response>;

  constructor(fetch: (path: string) => Promise<Response>) {
    this.#fetch = fetch;
  }

  async open(name: string) {
    const files = this.kept.get(name) ?? new Map<string, Response>();
    this.kept.set(name, files);
    return {
      addAll: async (paths: string[]) => {
        for (const path of paths) {
          const response = await this.#fetch(path);
          if (!response.ok) throw new TypeError('not there');
          files.set(path, response);
        }
      },
      put: async (path: string, response: Response) => void files.set(path, response),
      match: async (path: string) => files.get(new URL(path, ORIGIN).pathname)?.clone(),
    };
  }

  async match(request: Request) {
    const found = [...this.kept.values()].find((files) => files.has(new URL(request.url).pathname));
    return found?.get(new URL(request.url).pathname)?.clone();
  }

  keys = async () => [...this.kept.keys()];
  delete = async (name: string) => this.kept.delete(name);
}

/** A worker whose server has these files, until it is `down`. */
async function worker(served: Record<string, string>, build: Partial<Build> = {}) {
  const server = { down: false, slow: false, status: 200, asked: [] as string[] };
  const answer = async (path: string) => {
    server.asked.push(path);
    if (server.slow) await new Promise(() => {});
    if (server.down) throw new TypeError('Failed to fetch');
    const text = served[path];
    return new Response(text ?? '', { status: text === undefined ? 404 : server.status });
  };
  const caches = new Caches(answer);
  const page = await sha256(PAGE);
  const files = Object.keys(served).filter((path) => path !== '/');
  const shell = new Shell(
    { version: '1', page, files, ...build },
    {
      caches: caches as unknown as CacheStorage,
      fetch: (request) => answer(typeof request === 'string' ? request : new URL(request.url).pathname),
      expiry: () => (server.slow ? Promise.reject(new Error('too late')) : new Promise(() => {})),
    },
  );
  const get = (path: string, mode = 'no-cors', method = 'GET') =>
    shell.answer({ url: ORIGIN + path, mode, method } as Request, ORIGIN);
  return { shell, server, caches, get };
}

const files = { '/': PAGE, '/icon.svg': '<svg/>', '/assets/index-1.js': 'one' };
const text = async (answer: Promise<Response> | null) => (await answer!).text();
globalThis.Request = class extends Request {
  constructor(url: string, init?: RequestInit) {
    super(new URL(url, ORIGIN), init);
  }
} as typeof Request;

test('what is not of the shell is left to the network', async () => {
  const { get, shell } = await worker(files);
  for (const path of ['/api/ws', '/api/sessions', '/doc', '/doc/websocket', '/healthz', '/sw.js'])
    expect(get(path), path).toBeNull();
  for (const path of ['/doc', '/api/auth/login', '/healthz', '/nonsense'])
    expect(get(path, 'navigate'), path).toBeNull();
  expect(get('/', 'navigate', 'POST')).toBeNull();
  const foreign = { url: 'https://elsewhere.test/assets/index-1.js', mode: 'cors', method: 'GET' } as Request;
  expect(shell.answer(foreign, ORIGIN)).toBeNull();
});

test('it opens without a network, at every address of its own', async () => {
  const { shell, get, server } = await worker(files);
  await shell.install();
  server.down = true;
  for (const path of ['/', '/login', '/signup', '/chat/u/0192f0c4-7d3a-7c11-9a55-0c6f2f7f3a02']) {
    expect(isPage(path)).toBe(true);
    expect(await text(get(path, 'navigate')), path).toBe(PAGE);
  }
  expect(await text(get('/assets/index-1.js'))).toBe('one');
  expect(await text(get('/icon.svg'))).toBe('<svg/>');
});

test('with a network the page is the newest', async () => {
  const { shell, get } = await worker(files);
  await shell.install();
  files['/'] = 'newer';
  expect(await text(get('/', 'navigate'))).toBe('newer');
  files['/'] = PAGE;
});

test('a slow network and a broken server are as none', async () => {
  const { shell, get, server } = await worker(files);
  await shell.install();
  server.status = 502;
  expect(await text(get('/', 'navigate'))).toBe(PAGE);
  Object.assign(server, { status: 200, slow: true });
  expect(await text(get('/', 'navigate'))).toBe(PAGE);
});

test('nothing is kept of a page that is of another version', async () => {
  const { shell, caches } = await worker({ ...files, '/': 'of another server' });
  await expect(shell.install()).rejects.toThrow('another version');
  expect(await caches.keys()).toEqual([]);
});

test('nothing is kept if a file is missing', async () => {
  const { shell, caches } = await worker(files, { files: ['/icon.svg', '/assets/gone-1.js'] });
  await expect(shell.install()).rejects.toThrow();
  expect(await caches.keys()).toEqual([]);
});

test('an older page finds its own files after an update; what is older than that goes', async () => {
  const { shell, get, caches } = await worker(files, { version: '5' });
  for (const version of ['1', '2', '3', '4']) {
    const cache = await caches.open(`hearth-shell-${version}`);
    await cache.put(`/assets/index-of-${version}.js`, new Response(version));
  }
  await caches.open('of something else');
  await shell.install();
  await shell.activate();
  expect(await caches.keys()).toEqual([
    ...['hearth-shell-3', 'hearth-shell-4', 'of something else', 'hearth-shell-5'],
  ]);
  expect(await text(get('/assets/index-of-4.js'))).toBe('4');
});

async function sha256(of: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(of));
  return Buffer.from(hash).toString('hex');
}
