// Sets the chosen theme before anything is painted. On its own, since the page's policy allows scripts from files alone.
try {
  const { theme } = JSON.parse(localStorage.getItem('hearth.settings') ?? '{}');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // nothing is kept, or nothing that can be read: the system's theme
}
