// The colour of the browser's frame around the page: that of the headers.

const grounds = { light: '#ffffff', dark: '#1c1916' };

/** By the chosen theme. For the system's theme, the page's media queries apply. */
export function colourFrame(theme: 'system' | 'light' | 'dark'): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = grounds[theme === 'system' ? own : theme];
  }
}
