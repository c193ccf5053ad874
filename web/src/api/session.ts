// Who is signed in.
import { ask } from "./client";

export interface Session {
  arn: string;
  accessKeyId: string;
  account: string;
  region: string;
  version: string;
}

export const session = () => ask<Session>("GET", "session");
export const signOut = () => ask<object>("DELETE", "session");
export const signInWithTicket = (ticket: string) => ask<Session>("POST", "session", { ticket });
export const signInWithKey = (accessKeyId: string, secretAccessKey: string) =>
  ask<Session>("POST", "session", { accessKeyId, secretAccessKey });

/** The ticket in the address, which is removed from it; null when there is none. */
export function takeTicket(): string | null {
  const found = /^#ticket=([\w-]+)$/.exec(location.hash);
  if (found) history.replaceState(null, "", location.pathname);
  return found?.[1] ?? null;
}
