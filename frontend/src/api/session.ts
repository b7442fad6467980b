/** Who is signed in: read once, kept in the query cache, shared by the shell and every feature. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, patch, post, remove } from "./client";
import { announceSessionRenewed } from "./connection";
import type { Language, Role, Session, SessionUser } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => get<Session>("/session", { signal }),
  staleTime: Infinity,
});

/** The signed-in person; only for screens behind the sign-in. */
export function useCurrentUser(): SessionUser {
  const { data } = useQuery(sessionQuery);
  if (!data?.user) throw new Error("A screen for signed-in people was shown to nobody.");
  return data.user;
}

export function hasRole(user: SessionUser, ...roles: Role[]): boolean {
  return user.is_superuser || roles.some((role) => user.roles.includes(role));
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: { username: string; password: string }) =>
      post<Session>("/session", credentials),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      announceSessionRenewed();
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => remove("/session"),
    onSuccess: async () => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      await client.resetQueries({ queryKey: sessionQuery.queryKey });
    },
  });
}

export function useSaveLanguage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (language: Language) => patch<Session>("/session", { language }),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });
}
