/** The pages of the settings beside the overview. */
export type Page = 'profile' | 'password' | 'sessions' | 'deleteAccount';
