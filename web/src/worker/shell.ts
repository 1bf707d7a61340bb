// Which requests the service worker answers, and how. Everything else goes to the network as if there were none.
// Pure of the worker's own globals, so that it is tested without one.

/** What the build fills in: this version of the client. */
export interface Build {
  /** Another one for other files. */
  version: string;
  /** SHA-256 of the page, in hexadecimal. */
  page: string;
  /** The paths of all other files. */
  files: string[];
}

export interface Surroundings {
  caches: CacheStorage;
  fetch(request: Request | string): Promise<Response>;
  /** Rejects after so many milliseconds. */
  expiry(after: number): Promise<never>;
}

const PREFIX = 'hearth-shell-';
/** Pages that were loaded before an update still ask for the files they were built with. */
const KEPT_VERSIONS = 3;
/** A page that takes longer is shown from the cache. */
const PATIENCE = 3_000;

export class Shell {
  #build: Build;
  #cache: string;
  #around: Surroundings;

  constructor(build: Build, around: Surroundings) {
    this.#build = build;
    this.#cache = PREFIX + build.version;
    this.#around = around;
  }

  /** Keeps every file of this version; all or, failing, none. */
  async install(): Promise<void> {
    const { caches, fetch } = this.#around;
    // Behind one address may be servers of two versions, during an upgrade: a page is kept with its own files alone.
    const page = await fetch(new Request('/', { cache: 'reload' }));
    if (!page.ok || (await digest(page.clone())) !== this.#build.page) throw new Error('another version');
    try {
      const cache = await caches.open(this.#cache);
      await cache.addAll(this.#build.files);
      await cache.put('/', page);
    } catch (error) {
      await caches.delete(this.#cache);
      throw error;
    }
  }

  /** Drops what the versions before the last few have left. */
  async activate(): Promise<void> {
    const { caches } = this.#around;
    const versions = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
    const older = versions.filter((name) => name !== this.#cache);
    const dropped = older.slice(0, Math.max(0, older.length - (KEPT_VERSIONS - 1)));
    await Promise.all(dropped.map((name) => caches.delete(name)));
  }

  /** The answer, or null if the request is none of the shell's. */
  answer(request: Request, origin: string): Promise<Response> | null {
    const { origin: asked, pathname } = new URL(request.url);
    if (request.method !== 'GET' || asked !== origin) return null;
    if (request.mode === 'navigate') return isPage(pathname) ? this.#page(request) : null;
    if (pathname.startsWith('/assets/')) return this.#asset(request);
    return this.#build.files.includes(pathname) ? this.#file(request) : null;
  }

  // The network's page is never older than the kept one, and names its own files: the two are not mixed.
  async #page(request: Request): Promise<Response> {
    const { fetch, expiry } = this.#around;
    const fetched = fetch(request);
    try {
      const response = await Promise.race([fetched, expiry(PATIENCE)]);
      if (response.status < 500) return response;
      return (await this.#kept('/')) ?? response;
    } catch {
      return (await this.#kept('/')) ?? fetched;
    }
  }

  // A name with a hash means the same bytes for ever, whichever version kept them.
  async #asset(request: Request): Promise<Response> {
    const { caches, fetch } = this.#around;
    return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
  }

  async #file(request: Request): Promise<Response> {
    return this.#around.fetch(request).catch(async (error: unknown) => {
      const kept = await this.#kept(request.url);
      if (kept) return kept;
      throw error;
    });
  }

  async #kept(path: string): Promise<Response | undefined> {
    const cache = await this.#around.caches.open(this.#cache);
    return cache.match(path, { ignoreVary: true });
  }
}

/** The paths that the client's own router knows. */
export function isPage(path: string): boolean {
  return path === '/' || path === '/login' || path === '/signup' || path.startsWith('/chat/');
}

async function digest(response: Response): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
