/** The one place that speaks HTTP: session cookie, CSRF header, JSON in and out, time-outs, typed errors. */
import { announceReachable, announceSessionExpired, announceUnreachable } from "./connection";
import { ApiError, problemOf } from "./problem";

const PREFIX = "/api/v1";
const TIMEOUT_MS = 30_000;
const CSRF_COOKIE = "csrftoken";

export type Query = Record<string, string | number | boolean | null | undefined>;

export type RequestOptions = {
  query?: Query | undefined;
  body?: unknown;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  headers?: Record<string, string> | undefined;
  /** A repeated request with the same key is answered with the first answer. */
  idempotencyKey?: string | undefined;
};

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

function csrfToken(): string {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${CSRF_COOKIE}=`));
  return found ? decodeURIComponent(found.slice(CSRF_COOKIE.length + 1)) : "";
}

/** The address under the API prefix, without parameters that are empty. */
export function apiUrl(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return `${PREFIX}${path}${text ? `?${text}` : ""}`;
}

function headersOf(method: Method, options: RequestOptions): Headers {
  const headers = new Headers({ Accept: "application/json", ...options.headers });
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  if (method !== "GET") headers.set("X-CSRFToken", csrfToken());
  if (options.idempotencyKey) headers.set("Idempotency-Key", options.idempotencyKey);
  return headers;
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: headersOf(method, options),
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  try {
    const response = await fetch(apiUrl(path, options.query), init);
    announceReachable();
    return response;
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    announceUnreachable();
    const late = timeout.aborted;
    throw new ApiError({
      status: 0,
      code: late ? "network.timeout" : "network.unreachable",
      detail: late ? "The server did not answer in time." : "The server cannot be reached.",
    });
  }
}

async function refuse(path: string, response: Response): Promise<never> {
  const problem = await problemOf(response);
  if (problem.status === 401 && path !== "/session") announceSessionExpired();
  throw problem;
}

/** One request; the parsed answer, or `undefined` for 204. Throws ApiError; an abort is passed on as it is. */
export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (!response.ok) return refuse(path, response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export type Conditional<T> = { etag: string | null; data: T };

/** GET with If-None-Match: a 304 gives back `known` itself, so that unchanged data keeps its identity. */
export async function requestUnlessSame<T>(
  path: string,
  known: Conditional<T> | undefined,
  options: RequestOptions = {},
): Promise<Conditional<T>> {
  const headers = known?.etag ? { ...options.headers, "If-None-Match": known.etag } : options.headers;
  const response = await send("GET", path, { ...options, headers });
  if (response.status === 304 && known) return known;
  if (!response.ok) return refuse(path, response);
  return { etag: response.headers.get("ETag"), data: (await response.json()) as T };
}

export const get = <T>(path: string, options?: RequestOptions): Promise<T> =>
  request<T>("GET", path, options);
export const post = <T>(path: string, body: unknown, options?: RequestOptions): Promise<T> =>
  request<T>("POST", path, { ...options, body });
export const put = <T>(path: string, body: unknown, options?: RequestOptions): Promise<T> =>
  request<T>("PUT", path, { ...options, body });
export const patch = <T>(path: string, body: unknown, options?: RequestOptions): Promise<T> =>
  request<T>("PATCH", path, { ...options, body });
export const remove = (path: string, options?: RequestOptions): Promise<void> =>
  request<undefined>("DELETE", path, options);
