// What a view asks the server: its value, what went wrong, and a way to ask again that keeps showing the last value.
import { useCallback, useEffect, useRef, useState } from "react";
import type { ApiError } from "../api/client";

export interface Asked<T> {
  value: T | undefined;
  error: ApiError | undefined;
  again: () => Promise<void>;
}

/** `load` is called once, and whenever `key` has changed; what an older call gives is then dropped. */
export function useAsked<T>(load: () => Promise<T>, key = ""): Asked<T> {
  const [state, set] = useState<{ key: string; value?: T; error?: ApiError }>({ key });
  const latest = useRef(load);
  latest.current = load;
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const value = await latest.current();
      if (mine === turn.current) set({ key, value });
    } catch (error) {
      if (mine === turn.current) set((was) => ({ key, value: was.key === key ? was.value : undefined, error: error as ApiError }));
    }
  }, [key]);
  useEffect(() => {
    void again();
    return () => {
      turn.current++;
    };
  }, [again]);
  return { value: state.value, error: state.error, again };
}

/** Runs what a button does, one at a time; `busy` meanwhile, `error` when it failed. */
export function useDoing(): { busy: boolean; error: string; run: (work: () => Promise<unknown>) => Promise<boolean>; clear: () => void } {
  const [busy, setBusy] = useState(false);
  const [error, say] = useState("");
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    say("");
    try {
      await work();
      return true;
    } catch (caught) {
      say((caught as Error).message);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run, clear: () => say("") };
}
