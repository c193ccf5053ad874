// What the signed-in principal may do. The server refuses the rest anyway; the page does not offer it.
import { useEffect, useMemo, useState } from "react";
import { ask } from "./client";

/** An action, or an action and the resource it is about. */
export type Question = string | readonly [action: string, resource: string];

export const may = async (questions: readonly Question[]): Promise<boolean[]> => {
  const body = questions.map((one) => (typeof one === "string" ? { action: one } : { action: one[0], resource: one[1] }));
  return (await ask<{ allowed: boolean[] }>("POST", "permissions", body)).allowed;
};

/** The answers by the names of the questions; all false until the server has answered. */
export function useMay<Name extends string>(questions: Record<Name, Question>): Record<Name, boolean> & { known: boolean } {
  const key = JSON.stringify(questions);
  const [state, set] = useState<{ key: string; allowed: boolean[] }>({ key: "", allowed: [] });
  useEffect(() => {
    let gone = false;
    const asked = Object.values<Question>(JSON.parse(key));
    may(asked).then(
      (allowed) => !gone && set({ key, allowed }),
      () => !gone && set({ key, allowed: [] }),
    );
    return () => {
      gone = true;
    };
  }, [key]);
  return useMemo(() => {
    const names = Object.keys(JSON.parse(key));
    const found = Object.fromEntries(names.map((name, at) => [name, state.key === key && state.allowed[at] === true]));
    return { ...found, known: state.key === key } as Record<Name, boolean> & { known: boolean };
  }, [key, state]);
}
