// Does something again and again while the page is looked at; the next time counts from the end of the last.
import { useEffect, useRef } from "react";

export function useEvery(milliseconds: number, work: () => Promise<unknown>): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    let timer = 0;
    let gone = false;
    const turn = async () => {
      if (!document.hidden) await latest.current().catch(() => {});
      if (!gone) timer = window.setTimeout(turn, milliseconds);
    };
    timer = window.setTimeout(turn, milliseconds);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [milliseconds]);
}
