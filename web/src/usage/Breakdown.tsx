// Usage by model, user or key: the costliest first, each with its share, and all of it as CSV.
import type { By, Report, UsageRow } from "../api/usage";
import { count, money } from "../parts/figures";
import { Wide } from "../parts/Plain";
import { csv, save } from "../parts/save";

const WAYS: readonly [By, string][] = [["model", "Model"], ["user", "User"], ["key", "Key"]];
const COLUMNS = ["requests", "failed", "unpriced", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "undelivered_tokens", "images"] as const;

interface Props {
  by: By;
  report: Report | undefined;
  onBy: (by: By) => void;
  onOnly: (value: string) => void;
}

export function Breakdown({ by, report, onBy, onOnly }: Props) {
  const title = WAYS.find(([name]) => name === by)?.[1] ?? by;
  const rows = report?.rows ?? [];
  const cost = rows.reduce((sum, row) => sum + row.cost, 0);
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  const share = (row: UsageRow) => (cost ? row.cost / cost : requests ? row.requests / requests : 0);
  const download = () => save(`usage-by-${by}.csv`, csv([[by, "currency", ...COLUMNS, "cost"], ...rows.map((row) => [row.key, row.currency, ...COLUMNS.map((name) => row[name]), amount(row.cost)])]), "text/csv");
  return (
    <section className="block" aria-label={`By ${by}`}>
      <div className="block-head">
        <h2>By {by}</h2>
        <div className="row" role="group" aria-label="Usage by">
          {WAYS.map(([name, text]) => <button key={name} type="button" className="small" aria-pressed={by === name} onClick={() => onBy(name)}>{text}</button>)}
          <button type="button" className="link small" disabled={!rows.length} onClick={download}>Export CSV</button>
        </div>
      </div>
      <Wide label={`Usage by ${by}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{title}</th>
              <th scope="col" className="number">Requests</th>
              <th scope="col" className="number">Tokens in</th>
              <th scope="col" className="number">Tokens out</th>
              <th scope="col" className="number">Cost</th>
              <th scope="col" className="wide-only share-column">Share</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.key} ${row.currency}`}>
                <td><button type="button" className="link mono" onClick={() => onOnly(row.key ?? "")} title={`Show only this ${by}`}>{row.key || "unknown"}</button></td>
                <td className="number">{count(row.requests)}</td>
                <td className="number">{count(row.input_tokens)}</td>
                <td className="number">{count(row.output_tokens)}</td>
                <td className="number">{money(row.cost, row.currency)}</td>
                <td className="wide-only share-column"><span className="share"><i style={{ width: `${100 * share(row)}%` }} /></span><span className="hidden">{Math.round(100 * share(row))} %</span></td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

/** Nanounits as a decimal, exactly. */
const amount = (nanounits: number) => Number((BigInt(nanounits) / 1000n).toString()) / 1e6;
