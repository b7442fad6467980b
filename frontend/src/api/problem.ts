/** What went wrong with a request: one typed error for refusals of the server and for a network that is not there. */

export type ProblemDetail = {
  code: string;
  message: string;
  params?: Record<string, unknown>;
  path?: string;
  node?: string;
  edge?: string;
};

export type ProblemInit = {
  status: number;
  code: string;
  detail: string;
  errors?: ProblemDetail[];
  fields?: Record<string, unknown>;
  requestId?: string | null;
};

/** `status` 0 means that no answer arrived (`network.unreachable`, `network.timeout`). `fields` are the extra members. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: ProblemDetail[];
  readonly fields: Record<string, unknown>;
  readonly requestId: string | null;

  constructor(init: ProblemInit) {
    super(init.detail);
    this.name = "ApiError";
    this.status = init.status;
    this.code = init.code;
    this.detail = init.detail;
    this.errors = init.errors ?? [];
    this.fields = init.fields ?? {};
    this.requestId = init.requestId ?? null;
  }

  /** A text field of the problem, or null. */
  text(field: string): string | null {
    const value = this.fields[field];
    return typeof value === "string" ? value : null;
  }
}

const OWN_MEMBERS = new Set(["type", "title", "status", "code", "detail", "errors"]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads application/problem+json; anything else becomes `http.<status>` with the status text. */
export async function problemOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get("X-Request-Id");
  const plain = new ApiError({
    status: response.status,
    code: `http.${response.status}`,
    detail: response.statusText || `HTTP ${response.status}`,
    requestId,
  });
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    return plain;
  }
  if (!isRecord(body) || typeof body["code"] !== "string") return plain;
  return new ApiError({
    status: response.status,
    code: body["code"],
    detail: typeof body["detail"] === "string" ? body["detail"] : plain.detail,
    errors: Array.isArray(body["errors"]) ? (body["errors"] as ProblemDetail[]) : [],
    fields: Object.fromEntries(Object.entries(body).filter(([key]) => !OWN_MEMBERS.has(key))),
    requestId,
  });
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}
