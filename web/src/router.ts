// The address after `#/`: the view's path, and what the view makes of the rest.
import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

/** The path of the view and the rest, both decoded; empty strings at the start. */
export function useAddress(): [string, string] {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const [path = "", ...rest] = hash.replace(/^#\/?/, "").split("/");
  return [decodeURIComponent(path), decodeURIComponent(rest.join("/"))];
}

/** The address of a view, for links. */
export const addressOf = (path: string, rest = "") => `#/${path}${rest ? `/${encodeURIComponent(rest)}` : ""}`;

export function go(path: string, rest = ""): void {
  location.hash = addressOf(path, rest);
}
