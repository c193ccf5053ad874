// One request: what the ledger has of it, and the recorded request and answer where invocations are logged.
import { opened, type Entry } from "../api/usage";
import { CopyButton } from "../parts/CopyButton";
import { Dialog } from "../parts/Dialog";
import { count, duration, money, time } from "../parts/figures";
import { Json } from "../parts/Json";
import { Failed } from "../parts/Plain";
import { Tabs } from "../parts/Tabs";
import { useAsked } from "../parts/useAsked";
import { OUTCOMES } from "./Requests";

export function RequestDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const found = useAsked(() => opened(entry.id), entry.id);
  const record = found.value?.record;
  const input = (record?.input ?? {}) as Record<string, unknown>;
  const output = (record?.output ?? {}) as Record<string, unknown>;
  const tabs = record
    ? [
        { name: "Request", content: () => <Shown value={input.inputBodyJson ?? input} /> },
        { name: "Answer", content: () => <Shown value={output.outputBodyJson ?? output} /> },
        { name: "Whole record", content: () => <Shown value={record} /> },
        { name: "Ledger", content: () => <Shown value={entry} /> },
      ]
    : [{ name: "Ledger", content: () => <Shown value={entry} /> }];
  return (
    <Dialog title={`Request of ${time(entry.ended)}`} onClose={onClose}>
      <div className="stack">
        <dl className="facts spread">
          <Fact name="Model" value={<span className="mono">{entry.asked}</span>} />
          <Fact name="Outcome" value={<span className={`state ${OUTCOMES[entry.outcome].tone}`}>{OUTCOMES[entry.outcome].title}{entry.stop_reason ? `, ${entry.stop_reason}` : ""}{entry.error ? `, ${entry.error}` : ""}</span>} />
          <Fact name="Who" value={<>{entry.user} <span className="mono quiet">{entry.key_id}</span></>} />
          <Fact name="Operation" value={`${entry.operation} by ${entry.engine}${entry.tried ? `, after ${entry.tried}` : ""}`} />
          <Fact name="Tokens" value={`${count(entry.input_tokens)} in, ${count(entry.output_tokens)} out`} />
          <Fact name="Took" value={`${duration(entry.latency_ms)}${entry.first_token_ms === null ? "" : `, first token ${duration(entry.first_token_ms)}`}`} />
          <Fact name="Cost" value={entry.price_day ? money(entry.cost, entry.currency) : "no known price"} />
          <Fact name="Request id" value={<span className="mono">{entry.request_id}</span>} />
        </dl>
        {found.error && <Failed error={found.error} again={found.again} />}
        {found.value && !record && (
          <p className="notice">
            {found.value.hidden
              ? "What was said is kept from you: it takes logs:FilterLogEvents."
              : found.value.logged
                ? "What was said is no longer at hand here. The destination of the invocation logs has it."
                : "What was said was not kept: model invocation logging is off."}
          </p>
        )}
        {found.value && <Tabs key={record ? "with" : "without"} label="What is known" tabs={tabs} />}
      </div>
    </Dialog>
  );
}

function Shown({ value }: { value: unknown }) {
  return (
    <div className="snippet">
      <CopyButton text={JSON.stringify(value, null, 2)} label="Copy JSON" />
      <Json value={value} />
    </div>
  );
}

const Fact = ({ name, value }: { name: string; value: React.ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
