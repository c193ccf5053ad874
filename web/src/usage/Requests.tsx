// The newest requests, looked for every two seconds; each opens what the ledger has of it and what was said.
import { useEffect, useState } from "react";
import { newest, type Entry, type Only } from "../api/usage";
import { count, duration, money, time } from "../parts/figures";
import { Failed, Wide } from "../parts/Plain";
import { useAsked } from "../parts/useAsked";
import { useEvery } from "../parts/useEvery";
import { RequestDialog } from "./RequestDialog";

export const OUTCOMES: Record<Entry["outcome"], { title: string; tone: string }> = {
  complete: { title: "Complete", tone: "good" },
  cut: { title: "Cut", tone: "waiting" },
  failed_early: { title: "Failed", tone: "bad" },
  failed_late: { title: "Failed late", tone: "bad" },
  refused_quota: { title: "Over quota", tone: "bad" },
  refused_budget: { title: "Over budget", tone: "bad" },
  refused_guard: { title: "Blocked", tone: "bad" },
};

export function Requests({ only }: { only: Only }) {
  const key = JSON.stringify(only);
  const found = useAsked(() => newest(only), key);
  const [older, add] = useState<Entry[]>([]);
  const [more, setMore] = useState(true);
  const [open, show] = useState<Entry | null>(null);
  const [live, go] = useState(true);
  useEvery(2000, () => (live ? found.again() : Promise.resolve()));
  useEffect(() => {
    add([]);
    setMore(true);
  }, [key]);
  const first = found.value?.entries ?? [];
  const entries = [...first, ...older.filter((entry) => !first.some((one) => one.id === entry.id))];
  const goBack = async () => {
    const next = (await newest(only, entries[entries.length - 1]?.ended)).entries;
    add([...entries.slice(first.length), ...next]);
    setMore(next.length > 0);
    go(false);
  };
  return (
    <section className="block" aria-label="Requests">
      <div className="block-head">
        <h2>Requests</h2>
        <label className="row small plain-label"><input type="checkbox" checked={live} onChange={(event) => go(event.target.checked)} /> Live</label>
      </div>
      {found.error && !found.value && <Failed error={found.error} again={found.again} />}
      {found.value && !found.value.logged && (
        <p className="quiet small">What was said is not kept. To see it here, turn on model invocation logging: <code>PutModelInvocationLoggingConfiguration</code>.</p>
      )}
      <Wide label="Requests">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Model</th>
              <th scope="col">User</th>
              <th scope="col" className="number">In</th>
              <th scope="col" className="number">Out</th>
              <th scope="col" className="number">Took</th>
              <th scope="col" className="number">Cost</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td className="nowrap"><button type="button" className="link" aria-label={`Open the request of ${time(entry.ended)} to ${entry.model}`} onClick={() => show(entry)}>{time(entry.ended)}</button></td>
                <td className="mono">{entry.model}</td>
                <td>{entry.user}</td>
                <td className="number">{count(entry.input_tokens)}</td>
                <td className="number">{count(entry.output_tokens)}</td>
                <td className="number nowrap">{duration(entry.latency_ms)}</td>
                <td className="number">{money(entry.cost, entry.currency)}</td>
                <td><span className={`state ${OUTCOMES[entry.outcome].tone}`}>{OUTCOMES[entry.outcome].title}</span></td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {more && first.length >= 50 && <p><button type="button" className="small" onClick={() => void goBack()}>Older requests</button></p>}
      {open && <RequestDialog entry={open} onClose={() => show(null)} />}
    </section>
  );
}
