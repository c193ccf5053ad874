// The conversation on the screen: what can be done to it, and that every change is kept.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Block } from "../api/converse";
import type { Model } from "../api/models";
import { keep } from "./kept";
import { requestFor } from "./request";
import { run, waiting } from "./running";
import { isLive, newColumn, newId, type Answer, type Column, type Conversation, type Settings, type Turn } from "./types";

export interface Actions {
  settings: (column: string, change: Partial<Settings>) => void;
  change: (change: Partial<Conversation>) => void;
  addColumn: () => string;
  removeColumn: (column: string) => void;
  /** Ask every column, or one; throws SyntaxError for settings that are no JSON. */
  send: (content: Block[], column?: string) => void;
  /** Ask for the last answer again. */
  again: (column: string) => void;
  /** Take everything back from a question on, and give its content. */
  takeBack: (column: string, turn: string) => Block[];
  stop: () => void;
}

export function useConversation(first: Conversation, models: ReadonlyMap<string, Model>) {
  const [conversation, set] = useState(first);
  const current = useRef(first);
  const running = useRef(new Map<string, AbortController>());
  const [live, setLive] = useState(0);

  const replace = useCallback((next: Conversation) => {
    current.current = next;
    set(next);
  }, []);
  const column = useCallback(
    (id: string, change: (was: Column) => Column) =>
      replace({ ...current.current, changed: Date.now(), columns: current.current.columns.map((was) => (was.id === id ? change(was) : was)) }),
    [replace],
  );

  const ask = useCallback(
    (id: string, turns: Turn[]) => {
      const { settings } = current.current.columns.find((found) => found.id === id)!;
      const request = requestFor(settings, turns, current.current.mode, models.get(settings.modelId));
      const turn = newId();
      const stopper = new AbortController();
      const show = (answer: Answer) =>
        column(id, (was) => ({ ...was, turns: was.turns.map((found) => (found.id === turn ? { role: "assistant", id: turn, answer } : found)) }));
      column(id, (was) => ({ ...was, turns: [...turns, { role: "assistant", id: turn, answer: waiting(request) }] }));
      running.current.set(turn, stopper);
      setLive(running.current.size);
      void run(request, stopper.signal, show).finally(() => {
        running.current.delete(turn);
        setLive(running.current.size);
        if (current.current.columns.some((found) => found.id === id)) void keep(current.current);
      });
    },
    [column, models],
  );

  const actions = useRef<Actions>(null as unknown as Actions);
  actions.current ??= {
    settings: (id, change) => column(id, (was) => ({ ...was, settings: { ...was.settings, ...change } })),
    change: (change) => replace({ ...current.current, ...change, changed: Date.now() }),
    addColumn: () => {
      const last = current.current.columns.at(-1)!;
      const added = newColumn({ ...last.settings }, last.turns.filter((turn) => turn.role === "user" || !isLive(turn.answer)));
      replace({ ...current.current, columns: [...current.current.columns, added] });
      return added.id;
    },
    removeColumn: (id) => replace({ ...current.current, columns: current.current.columns.filter((found) => found.id !== id) }),
    send: (content, only) => {
      const columns = current.current.columns.filter((found) => !only || found.id === only);
      const { mode } = current.current;
      const asked = columns.map((found) => {
        const turns: Turn[] = [...(mode === "chat" ? found.turns : []), { role: "user", id: newId(), content }];
        requestFor(found.settings, turns, mode, models.get(found.settings.modelId)); // all of them, before any is sent
        return [found.id, turns] as const;
      });
      const title = current.current.title || titleOf(content);
      replace({ ...current.current, title, changed: Date.now() });
      for (const [id, turns] of asked) ask(id, turns);
      void keep(current.current);
    },
    again: (id) => {
      const { turns } = current.current.columns.find((found) => found.id === id)!;
      ask(id, turns.slice(0, turns.findLastIndex((turn) => turn.role === "user") + 1));
    },
    takeBack: (id, turn) => {
      const { turns } = current.current.columns.find((found) => found.id === id)!;
      const at = turns.findIndex((found) => found.id === turn);
      const taken = turns[at];
      column(id, (was) => ({ ...was, turns: was.turns.slice(0, at) }));
      return taken?.role === "user" ? taken.content : [];
    },
    stop: () => {
      for (const stopper of running.current.values()) stopper.abort();
    },
  };

  const leave = useCallback(
    (next: Conversation) => {
      for (const stopper of running.current.values()) stopper.abort();
      running.current.clear();
      setLive(0);
      replace(next);
    },
    [replace],
  );

  useEffect(() => {
    // a page that is left in the middle of an answer keeps what it has, but for the events, which are many
    const kept = () => {
      if (running.current.size) void keep(light(current.current));
    };
    const timer = setInterval(kept, 2000);
    addEventListener("pagehide", kept);
    return () => {
      clearInterval(timer);
      removeEventListener("pagehide", kept);
    };
  }, []);

  return { conversation, actions: actions.current, busy: live > 0, leave };
}

function light(conversation: Conversation): Conversation {
  const turn = (found: Turn): Turn =>
    found.role === "assistant" && isLive(found.answer) ? { ...found, answer: { ...found.answer, events: [] } } : found;
  return { ...conversation, columns: conversation.columns.map((column) => ({ ...column, turns: column.turns.map(turn) })) };
}

function titleOf(content: Block[]): string {
  const text = content.map((block) => block.text ?? "").join(" ");
  return text.replace(/\s+/g, " ").trim().slice(0, 80) || content.find((block) => block.document)?.document?.name || "A conversation";
}

/** A kept conversation, whose unfinished answers were interrupted. */
export function mended(conversation: Conversation): Conversation {
  const turn = (found: Turn): Turn =>
    found.role === "assistant" && isLive(found.answer) ? { ...found, answer: { ...found.answer, state: "interrupted" } } : found;
  return { ...conversation, columns: conversation.columns.map((column) => ({ ...column, turns: column.turns.map(turn) })) };
}
