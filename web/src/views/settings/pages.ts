/** The pages of the settings, besides the overview. */
export type Page = 'profile' | 'password' | 'sessions' | 'yourData' | 'deleteAccount';
