// The only module that asks the server. Every request is same-origin and carries the page's mark; a request without a
// session tells whoever listens, and fails like any other.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const MARK = { "x-outcrop-page": "1" };
const API = "/_outcrop/api/";

let signedOut: () => void = () => {};

/** `listener` is called whenever the server says that nobody is signed in. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

/** A route of the page's own API: its JSON answer; throws ApiError. */
export async function ask<T>(method: string, route: string, body?: unknown): Promise<T> {
  const response = await send(method, API + route, body);
  return (await response.json()) as T;
}

/** A route of the AWS API, such as `/foundation-models`; throws ApiError. */
export async function aws(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  return send(method, `${API}aws${path}`, body, signal);
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? MARK : { ...MARK, "content-type": "application/json" };
  let response: Response;
  try {
    response = await fetch(path, { method, headers, body: text, signal, cache: "no-store" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "Unreachable", "The server does not answer. Start it again with outcrop serve.");
  }
  if (response.ok && !response.headers.has("x-amzn-errortype")) return response;
  const error = await refusal(response);
  if (response.status === 401 && !(method === "POST" && path === `${API}session`)) signedOut();
  throw error;
}

async function refusal(response: Response): Promise<ApiError> {
  const code = response.headers.get("x-amzn-errortype")?.split(":")[0] ?? `HTTP ${response.status}`;
  const body = (await response.json().catch(() => ({}))) as { message?: string; Message?: string };
  return new ApiError(response.status, code, body.message ?? body.Message ?? `The server answered with ${response.status}.`);
}
