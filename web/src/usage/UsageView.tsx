// Usage: what was used and what it cost, by day, model, user and key, and the requests themselves as they come.
import { useState } from "react";
import { report, type By, type Only } from "../api/usage";
import { count, money } from "../parts/figures";
import { Empty, Failed, Plain } from "../parts/Plain";
import { useAsked } from "../parts/useAsked";
import { useEvery } from "../parts/useEvery";
import { Breakdown } from "./Breakdown";
import { Days, type Measure } from "./Days";
import { Requests } from "./Requests";

const RANGES = [[7, "7 days"], [30, "30 days"], [90, "90 days"]] as const;
const MEASURES: readonly [Measure, string][] = [["tokens", "Tokens"], ["cost", "Cost"], ["requests", "Requests"]];
const DAY = 86_400_000;

/** Midnight (UTC) at the beginning of the first of so many days, today the last; in microseconds. */
export const firstDay = (days: number, now = Date.now()) => (Math.floor(now / DAY) - days + 1) * DAY * 1000;

export default function UsageView() {
  const [days, setDays] = useState(7);
  const [measure, show] = useState<Measure>("tokens");
  const [by, group] = useState<By>("model");
  const [only, keep] = useState<Only>({});
  const key = JSON.stringify([days, only]);
  const since = firstDay(days);
  const daily = useAsked(() => report("day", since, only), key);
  const groups = useAsked(() => report(by, since, only), key + by);
  useEvery(5000, () => Promise.all([daily.again(), groups.again()]));
  const without = (name: keyof Only) => keep(Object.fromEntries(Object.entries(only).filter(([other]) => other !== name)));
  const picker = (
    <div className="row" role="group" aria-label="Range">
      {RANGES.map(([value, title]) => <button key={value} type="button" className="small" aria-pressed={days === value} onClick={() => setDays(value)}>{title}</button>)}
    </div>
  );
  if (daily.error && !daily.value) return <Plain title="Usage"><Failed error={daily.error} again={daily.again} /></Plain>;
  if (!daily.value) return <Plain title="Usage" actions={picker}>{null}</Plain>;
  const filters = Object.entries(only) as [keyof Only, string][];
  const nothing = daily.value.rows.length === 0 && filters.length === 0;
  return (
    <Plain title="Usage" lead="From the ledger, in which every run is written before its answer ends. Days are UTC." actions={picker}>
      {filters.length > 0 && (
        <div className="row small" role="group" aria-label="Only">
          {filters.map(([name, value]) => (
            <button key={name} type="button" className="small" aria-pressed="true" onClick={() => without(name)} aria-label={`Show every ${name} again`}>{name} <span className="mono">{value}</span> ×</button>
          ))}
        </div>
      )}
      {nothing ? (
        <Empty title={`Nothing was used in these ${days} days`}>
          <p>Ask a model in the <a href="#/playground">playground</a>, or from any AWS SDK. The request is here a second later, with its tokens and cost.</p>
        </Empty>
      ) : (
        <>
          <Totals totals={daily.value.totals} />
          <section className="block" aria-label="By day">
            <div className="block-head">
              <h2>By day</h2>
              <div className="row" role="group" aria-label="What the bars show">
                {MEASURES.map(([name, title]) => <button key={name} type="button" className="small" aria-pressed={measure === name} onClick={() => show(name)}>{title}</button>)}
              </div>
            </div>
            <Days rows={daily.value.rows} days={days} measure={measure} />
          </section>
          <Breakdown by={by} report={groups.value?.by === by ? groups.value : undefined} onBy={group} onOnly={(value) => keep({ ...only, [by]: value })} />
          <Requests only={only} />
        </>
      )}
    </Plain>
  );
}

function Totals({ totals }: { totals: { currency: string; cost: number; requests: number; failed: number; unpriced: number; input_tokens: number; output_tokens: number }[] }) {
  const sum = (name: "requests" | "failed" | "input_tokens" | "output_tokens" | "unpriced") => totals.reduce((all, row) => all + row[name], 0);
  const failed = sum("failed");
  const figures: [string, string, string][] = [
    ["Cost", totals.map((row) => money(row.cost, row.currency)).join(" + ") || money(0), sum("unpriced") ? `${count(sum("unpriced"))} requests without a known price` : ""],
    ["Requests", count(sum("requests")), failed ? `${count(failed)} failed or refused` : ""],
    ["Tokens in", count(sum("input_tokens")), ""],
    ["Tokens out", count(sum("output_tokens")), ""],
  ];
  return (
    <dl className="totals">
      {figures.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          {note && <dd className="note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
