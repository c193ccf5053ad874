// Conversations kept in this browser, in IndexedDB: whole, since pictures are part of them.
import type { Conversation, Turn } from "./types";

const STORE = "conversations";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("outcrop", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let database: Promise<IDBDatabase> | null = null;

async function within<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  database ??= open();
  const store = (await database).transaction(STORE, mode).objectStore(STORE);
  return new Promise((resolve, reject) => {
    const request = work(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** All of them, the newest first; none where the browser keeps nothing. */
export async function all(): Promise<Conversation[]> {
  const found = await within("readonly", (store) => store.getAll() as IDBRequest<Conversation[]>).catch(() => []);
  return found.sort((a, b) => b.changed - a.changed);
}

const EVENTS = 2000; // of one answer: copying the tens of thousands of a long one would hold up the page

/** Keep or replace one; a browser that will not keep it is left alone. */
export async function keep(conversation: Conversation): Promise<void> {
  const turn = (found: Turn): Turn =>
    found.role === "assistant" && found.answer.events.length > EVENTS
      ? { ...found, answer: { ...found.answer, events: found.answer.events.slice(0, EVENTS) } }
      : found;
  const columns = conversation.columns.map((column) => ({ ...column, turns: column.turns.map(turn) }));
  await within("readwrite", (store) => store.put({ ...conversation, columns })).catch(() => {});
}

export async function forget(id: string): Promise<void> {
  await within("readwrite", (store) => store.delete(id)).catch(() => {});
}
