/** Shows the whole app at an address, as a signed-in person, through the real router and providers. */
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { flushSync } from "react-dom";
import { createMemoryRouter, RouterProvider } from "react-router";
import type { Role, Session, SessionUser } from "@/api/types";
import { Providers } from "@/app/Providers";
import { makeQueryClient } from "@/app/queryClient";
import { routes } from "@/app/routes";
import { server } from "./server";

export function person(change: Partial<SessionUser> = {}): SessionUser {
  return {
    id: 1,
    username: "finance1",
    display_name: "李雷",
    roles: ["approver"],
    is_superuser: false,
    language: "zh-CN",
    ...change,
  };
}

export const personWith = (...roles: Role[]): SessionUser => person({ roles });

/** Answers GET /session with this person, and badge and bell with zero, until a test says otherwise. */
export function signedIn(user: SessionUser | null): void {
  const session: Session = { user, demo: null, now: new Date().toISOString() };
  server.use(
    http.get("*/api/v1/session", () => HttpResponse.json(session)),
    http.get("*/api/v1/tasks/summary", () =>
      HttpResponse.json({ todo: 0, overdue: 0, cc: 0 }, { headers: { ETag: '"0"' } }),
    ),
    http.get("*/api/v1/me/views", () => HttpResponse.json({ results: [] })),
    http.get("*/api/v1/notices/summary", () =>
      HttpResponse.json({ unread: 0 }, { headers: { ETag: '"0"' } }),
    ),
  );
}

export function renderApp(path: string) {
  const client = makeQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const user = userEvent.setup();
  const view = render(
    <Providers client={client}>
      <RouterProvider router={router} flushSync={(update) => void flushSync(update)} />
    </Providers>,
  );
  return { ...view, user, router, client };
}
