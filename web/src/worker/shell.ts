// Which requests the service worker handles, and how. All others go to the network.
// Does not use the worker's globals, so that it can be tested without one.

/** What the build fills in: this version of the client. */
export interface Build {
  /** Changes with the files. */
  version: string;
  /** SHA-256 of the page, in hexadecimal. */
  page: string;
  /** The paths of all other files. */
  files: string[];
}

export interface Surroundings {
  caches: CacheStorage;
  fetch(request: Request | string): Promise<Response>;
  /** Rejects after this many milliseconds. */
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

  /** Caches all files of this version, or none if one fails. */
  async install(): Promise<void> {
    const { caches, fetch } = this.#around;
    // During an upgrade, servers of two versions may respond: a page is only cached with its own files.
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

  /** Drops all but the last few versions. */
  async activate(): Promise<void> {
    const { caches } = this.#around;
    const versions = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
    const older = versions.filter((name) => name !== this.#cache);
    const dropped = older.slice(0, Math.max(0, older.length - (KEPT_VERSIONS - 1)));
    await Promise.all(dropped.map((name) => caches.delete(name)));
  }

  /** The response, or null if the shell does not handle the request. */
  answer(request: Request, origin: string): Promise<Response> | null {
    const { origin: asked, pathname } = new URL(request.url);
    if (request.method !== 'GET' || asked !== origin) return null;
    if (request.mode === 'navigate') return isPage(pathname) ? this.#page(request) : null;
    if (pathname.startsWith('/assets/')) return this.#asset(request);
    return this.#build.files.includes(pathname) ? this.#file(request) : null;
  }

  // The network's page is never older than the cached one and names its own files, so the two are not mixed.
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

  // A hashed name always means the same bytes, whichever version cached them.
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
