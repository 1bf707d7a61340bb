// The REST endpoints by name.
import type * as rest from '../protocol/rest';
import type { Http } from './http';

export type Api = ReturnType<typeof endpoints>;

export function endpoints(http: Http) {
  return {
    signUp: (body: rest.SignUp) => http.request<rest.SignedUp>('POST', '/auth/sign-up', { body }),
    logIn: (credentials: rest.LogIn) =>
      http.request<rest.LoggedIn>('POST', '/auth/login', {
        body: { ...credentials, client: 'hearth' },
      }),
    logOut: () => http.request<rest.LoggedOut>('POST', '/auth/logout'),
    confirm: (password: string) =>
      http.request<rest.Confirmed>('POST', '/auth/confirm', {
        body: { password },
      }),
    renew: () => http.request<rest.Renewed>('POST', '/auth/renew', { once: true }),

    sessions: (cursor?: string) =>
      http.request<rest.SessionRows>('GET', '/sessions', cursor ? { query: { cursor } } : {}),
    endOtherSessions: () => http.request<rest.SessionsEnded>('DELETE', '/sessions'),
    endSession: (id: string) => http.request<rest.SessionEnded>('DELETE', `/sessions/${id}`),

    updateProfile: (body: rest.UpdateProfile) =>
      http.request<rest.ProfileUpdated>('PATCH', '/profile/update', { body }),
    changePassword: (body: rest.ChangePassword) =>
      http.request<rest.PasswordChanged>('PATCH', '/profile/change-password', { body }),
    changePrivacy: (body: rest.UpdatePrivacy) =>
      http.request<rest.Privacy>('PATCH', '/profile/privacy', { body }),
    createExport: () => http.request<rest.ExportLink>('POST', '/export'),
    deleteAccount: (messages: 'keep' | 'erase') =>
      http.request<rest.AccountDeleted>('DELETE', '/profile/destroy', { query: { messages } }),

    search: (searchText: string, signal?: AbortSignal) =>
      http.request<rest.FoundRows>('GET', '/use-cases/search', given({ query: { searchText }, signal })),
    searchUsers: (searchText: string, groupId: string, signal?: AbortSignal) =>
      http.request<rest.FoundUsers>(
        'GET',
        '/use-cases/search-users',
        given({ query: { searchText, groupId }, signal }),
      ),
    createGroup: (body: rest.CreateGroup) =>
      http.request<rest.GroupCreated>('POST', '/use-cases/create-group', { body }),
    hideDialog: (companionId: string) =>
      http.request<rest.DialogHidden>('POST', '/use-cases/mark-as-deleted', { body: { companionId } }),
  };
}

function given<T extends { signal?: AbortSignal | undefined }>({ signal, ...rest }: T) {
  return signal ? { ...rest, signal } : rest;
}
