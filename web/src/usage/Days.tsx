// A bar for each day. What a bar says is written above them all; arrow keys move from day to day.
import { useState, type KeyboardEvent } from "react";
import type { UsageRow } from "../api/usage";
import { count, money, short } from "../parts/figures";

export type Measure = "tokens" | "cost" | "requests";

interface Day {
  key: string;
  parts: [number, number];
  text: string;
}

const named = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const brief = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
const LEGENDS: Record<Measure, [string, string]> = { tokens: ["in", "out"], cost: ["", ""], requests: ["answered", "failed or refused"] };

export function Days({ rows, days, measure }: { rows: UsageRow[]; days: number; measure: Measure }) {
  const [chosen, choose] = useState<number | null>(null);
  const shown = daysOf(rows, days, measure);
  const top = ceiling(Math.max(...shown.map((day) => day.parts[0] + day.parts[1])));
  const axis = (value: number) => (measure === "cost" ? `$${Number((value / 1e9).toPrecision(2))}` : short(value));
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    choose(Math.min(days - 1, Math.max(0, (chosen ?? (step > 0 ? -1 : days)) + step)));
  };
  const legend = LEGENDS[measure];
  return (
    <figure className="chart" tabIndex={0} role="group" aria-label={`${measure} by day; arrow keys read each`} onKeyDown={move} onBlur={() => choose(null)}>
      <figcaption className="small">
        <span aria-live="polite">{chosen === null ? <span className="quiet">Point at a bar to read it.</span> : shown[chosen]?.text}</span>
        {legend[0] && (
          <span className="legend" aria-hidden="true">
            <i className="first" /> {legend[0]} <i className={`second ${measure}`} /> {legend[1]}
          </span>
        )}
      </figcaption>
      <div className="plot" aria-hidden="true" onPointerLeave={() => choose(null)}>
        <span className="axis">{axis(top)}</span>
        <span className="axis middle">{axis(top / 2)}</span>
        <div className="bars">
          {shown.map((day, index) => (
            <div key={day.key} className={index === chosen ? "day chosen" : "day"} onPointerEnter={() => choose(index)}>
              <i className={`second ${measure}`} style={{ height: `${(100 * day.parts[1]) / top}%` }} />
              <i className="first" style={{ height: `${(100 * day.parts[0]) / top}%` }} />
            </div>
          ))}
        </div>
      </div>
      <div className="dates quiet" aria-hidden="true">
        <span>{brief.format(new Date(shown[0]!.key))}</span>
        <span>{brief.format(new Date(shown[days - 1]!.key))}</span>
      </div>
    </figure>
  );
}

function daysOf(rows: UsageRow[], days: number, measure: Measure): Day[] {
  const today = Math.floor(Date.now() / 86_400_000);
  return Array.from({ length: days }, (_, index) => {
    const date = new Date((today - days + 1 + index) * 86_400_000);
    const key = date.toISOString().slice(0, 10);
    const found = rows.filter((row) => row.key === key);
    const sum = (name: "cost" | "requests" | "failed" | "input_tokens" | "output_tokens") => found.reduce((all, row) => all + row[name], 0);
    const parts: Record<Measure, [number, number]> = {
      tokens: [sum("input_tokens"), sum("output_tokens")],
      cost: [sum("cost"), 0],
      requests: [sum("requests") - sum("failed"), sum("failed")],
    };
    const costs = found.map((row) => money(row.cost, row.currency)).join(" + ") || money(0);
    const text = `${named.format(date)}: ${count(sum("requests"))} ${sum("requests") === 1 ? "request" : "requests"}, ${count(sum("input_tokens"))} tokens in, ${count(sum("output_tokens"))} out, ${costs}`;
    return { key, parts: parts[measure], text };
  });
}

/** The next of 1, 2, 5, 10, … that is not smaller. */
function ceiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}
