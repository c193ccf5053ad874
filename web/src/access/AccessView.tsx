// Model access: each model's state in the region, what can be asked for, and what an administrator decides.
import { useMemo, useState } from "react";
import { access, deny, giveBack, grant, request, type AccessRow, type State } from "../api/access";
import { useMay } from "../api/permissions";
import { Empty, Failed, Plain, Wide } from "../parts/Plain";
import { useAsked } from "../parts/useAsked";
import { time } from "../parts/figures";
import { UseCaseDialog } from "./UseCaseDialog";

export const STATES: Record<State, { title: string; tone: string }> = {
  GRANTED: { title: "Access granted", tone: "good" },
  IN_PROGRESS: { title: "In progress", tone: "waiting" },
  AVAILABLE_TO_REQUEST: { title: "Available to request", tone: "" },
  USE_CASE_REQUIRED: { title: "Use case required", tone: "waiting" },
  DENIED: { title: "Denied", tone: "bad" },
};

const QUESTIONS = {
  ask: "bedrock:CreateFoundationModelAgreement",
  revoke: "bedrock:DeleteFoundationModelAgreement",
  describe: "bedrock:PutUseCaseForModelAccess",
  grant: "aws-marketplace:AcceptAgreementApprovalRequest",
  deny: "aws-marketplace:RejectAgreementApprovalRequest",
} as const;

export default function AccessView() {
  const { value, error, again } = useAsked(access);
  const may = useMay(QUESTIONS);
  const [text, search] = useState("");
  const [wanted, want] = useState<State | null>(null);
  const [describing, describe] = useState(false);
  const [under, setUnder] = useState<readonly string[]>([]);
  const [wrong, say] = useState("");
  const groups = useMemo(() => grouped(value?.models ?? [], text, wanted), [value, text, wanted]);
  if (!value) return <Plain title="Model access">{error && <Failed error={error} again={again} />}</Plain>;
  const open = value.mode === "open";
  const counts = (state: State) => value.models.filter((row) => row.state === state).length;
  const run = async (rows: readonly AccessRow[], work: (id: string) => Promise<unknown>) => {
    say("");
    setUnder(rows.map((row) => row.modelId));
    try {
      for (const row of rows) await work(row.modelId);
    } catch (caught) {
      say((caught as Error).message);
    }
    await again();
    setUnder([]);
  };
  return (
    <Plain title="Model access" lead={<>Which models this account may call in <span className="nowrap">{value.region}</span>.</>} actions={!open && may.describe && <button type="button" onClick={() => describe(true)}>{value.useCase ? "Use case" : "Describe use case"}</button>}>
      {open ? (
        <p className="notice">
          Access is open: every model answers without being asked for. To make the account ask first, as on AWS, start the server with <code>--access request</code>.
        </p>
      ) : (
        !value.useCase && (
          <p className="notice waiting">
            Anthropic’s models want a use case first, once for the whole account.{" "}
            {may.describe ? <button type="button" className="link" onClick={() => describe(true)}>Describe it</button> : "Ask an administrator to submit it."}
          </p>
        )
      )}
      {wrong && <p className="notice error" role="alert">{wrong}</p>}
      <div className="filters">
        <input type="search" aria-label="Search models" placeholder="Search by name, id or provider" value={text} onChange={(event) => search(event.target.value)} />
        {!open && (
          <div className="row" role="group" aria-label="Only models with this state">
            {(Object.keys(STATES) as State[]).filter((state) => counts(state) > 0).map((state) => (
              <button key={state} type="button" className="small" aria-pressed={wanted === state} onClick={() => want(wanted === state ? null : state)}>
                {STATES[state].title} <span className="quiet">{counts(state)}</span>
              </button>
            ))}
          </div>
        )}
      </div>
      {groups.length === 0 && <Empty title="No model fits"><p>Search for another name, or leave the state out.</p></Empty>}
      {groups.map(([provider, rows]) => (
        <section key={provider} className="block" aria-label={provider}>
          <div className="block-head">
            <h2>{provider}</h2>
            {!open && may.ask && <AskAll rows={rows.filter((row) => row.state === "AVAILABLE_TO_REQUEST")} busy={under.length > 0} onAsk={(all) => run(all, request)} />}
          </div>
          <Wide cards label={`Models of ${provider}`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Model</th>
                  <th scope="col" className="wide-only">Takes, gives</th>
                  <th scope="col" className="state-column">State</th>
                  {!open && <th scope="col" className="actions"><span className="hidden">Actions</span></th>}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.modelId} aria-busy={under.includes(row.modelId)}>
                    <td>
                      <span className="named">
                        <strong>{row.name}</strong>
                        {row.legacy && <span className="quiet"> legacy</span>}
                        <span className="mono quiet">{row.modelId}</span>
                      </span>
                    </td>
                    <td className="wide-only quiet">{modalities(row)}</td>
                    <td><StateMark row={row} /></td>
                    {!open && (
                      <td className="actions">
                        <Actions row={row} may={may} busy={under.length > 0} run={run} onDescribe={() => describe(true)} />
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </Wide>
        </section>
      ))}
      {describing && <UseCaseDialog known={value.useCase} onDone={again} onClose={() => describe(false)} />}
    </Plain>
  );
}

function StateMark({ row }: { row: AccessRow }) {
  const { title, tone } = STATES[row.state];
  const who = row.askedBy?.split("/").pop()?.split(":").pop();
  const note = row.state === "IN_PROGRESS" && row.askedAt ? `asked ${time(row.askedAt)} by ${who}` : row.decidedAt && row.state !== "USE_CASE_REQUIRED" ? time(row.decidedAt) : "";
  return (
    <span className="named">
      <span className={`state ${tone}`}>{title}</span>
      {note && <span className="quiet">{note}</span>}
    </span>
  );
}

interface ActionsProps {
  row: AccessRow;
  may: Record<keyof typeof QUESTIONS, boolean>;
  busy: boolean;
  run: (rows: readonly AccessRow[], work: (id: string) => Promise<unknown>) => void;
  onDescribe: () => void;
}

function Actions({ row, may, busy, run, onDescribe }: ActionsProps) {
  const asks = row.state === "AVAILABLE_TO_REQUEST" || row.state === "DENIED";
  const button = (text: string, work: () => void, primary = false) => (
    <button type="button" className={primary ? "small primary" : "small"} disabled={busy} aria-label={`${text}: ${row.name}`} onClick={work}>
      {text}
    </button>
  );
  return (
    <span className="row">
      {asks && may.ask && button(row.state === "DENIED" ? "Request again" : "Request", () => run([row], request))}
      {row.state === "USE_CASE_REQUIRED" && may.describe && button("Describe use case", onDescribe)}
      {row.state === "IN_PROGRESS" && may.grant && button("Approve", () => run([row], grant), true)}
      {row.state === "IN_PROGRESS" && may.deny && button("Deny", () => run([row], deny))}
      {row.state === "IN_PROGRESS" && !may.deny && may.revoke && button("Withdraw", () => run([row], giveBack))}
      {row.state === "GRANTED" && may.revoke && button("Revoke", () => run([row], giveBack))}
    </span>
  );
}

function AskAll({ rows, busy, onAsk }: { rows: AccessRow[]; busy: boolean; onAsk: (rows: AccessRow[]) => void }) {
  if (rows.length < 2) return null;
  return (
    <button type="button" className="link small" disabled={busy} onClick={() => onAsk(rows)}>
      Request all {rows.length}
    </button>
  );
}

const modalities = (row: AccessRow) => `${row.input.join(", ").toLowerCase()} → ${row.output.join(", ").toLowerCase()}`;

function grouped(models: AccessRow[], text: string, wanted: State | null): [string, AccessRow[]][] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Map<string, AccessRow[]>();
  for (const row of models) {
    const known = `${row.name} ${row.modelId} ${row.provider}`.toLowerCase();
    if ((wanted && row.state !== wanted) || !words.every((word) => known.includes(word))) continue;
    found.set(row.provider, [...(found.get(row.provider) ?? []), row]);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b));
}
