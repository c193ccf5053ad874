// What policies a user or a group has: managed ones that are attached, and its own, with an editor.
import { useState } from "react";
import { documentOf, every, iam, type Attached, type ManagedPolicy } from "../api/iam";
import { useMay } from "../api/permissions";
import { Confirm } from "../parts/Confirm";
import { Dialog } from "../parts/Dialog";
import { Failed } from "../parts/Plain";
import { useAsked, useDoing } from "../parts/useAsked";
import { PolicyEditor } from "./PolicyEditor";

interface Props {
  kind: "User" | "Group";
  name: string;
  arn: string;
  onChange: () => void;
}

export function Policies({ kind, name, arn, onChange }: Props) {
  const of = { [`${kind}Name`]: name };
  const attached = useAsked(() => every<Attached>(`ListAttached${kind}Policies`, "AttachedPolicies", of));
  const own = useAsked(() => every<string>(`List${kind}Policies`, "PolicyNames", of));
  const may = useMay({ attach: [`iam:Attach${kind}Policy`, arn], detach: [`iam:Detach${kind}Policy`, arn], put: [`iam:Put${kind}Policy`, arn], remove: [`iam:Delete${kind}Policy`, arn] });
  const { busy, error, run } = useDoing();
  const [editing, edit] = useState<{ name: string; text: string } | null>(null);
  const [choosing, choose] = useState(false);
  const [doomed, doom] = useState<string | null>(null);
  const [reading, read] = useState<{ name: string; text: string } | null>(null);
  const changed = async () => {
    await Promise.all([attached.again(), own.again()]);
    onChange();
  };
  const open = (PolicyName: string) =>
    run(async () => edit({ name: PolicyName, text: pretty((await iam<{ PolicyDocument: string }>(`Get${kind}Policy`, { ...of, PolicyName })).PolicyDocument) }));
  const failed = attached.error ?? own.error;
  const none = attached.value?.length === 0 && own.value?.length === 0;
  return (
    <section className="block">
      <div className="block-head">
        <h2>Policies</h2>
        <span className="row">
          {may.attach && <button type="button" className="small" onClick={() => choose(true)}>Attach a policy</button>}
          {may.put && <button type="button" className="small" onClick={() => edit({ name: "", text: "" })}>Write a policy</button>}
        </span>
      </div>
      {failed && <Failed error={failed} again={changed} />}
      {none && <p className="quiet small">None, so nothing is allowed. Attach one of AWS’s, or write one: the template allows calling every model.</p>}
      <ul className="lines">
        {attached.value?.map((policy) => (
          <li key={policy.PolicyArn}>
            <span className="named">
              <button type="button" className="link" disabled={busy} onClick={() => run(async () => read({ name: policy.PolicyName, text: pretty(await documentOf(policy.PolicyArn)) }))}>{policy.PolicyName}</button>
              <span className="quiet small">{policy.PolicyArn.includes("::aws:") ? "managed by AWS" : "managed by the account"}</span>
            </span>
            {may.detach && <button type="button" className="small" disabled={busy} aria-label={`Detach ${policy.PolicyName}`} onClick={() => run(async () => { await iam(`Detach${kind}Policy`, { ...of, PolicyArn: policy.PolicyArn }); await changed(); })}>Detach</button>}
          </li>
        ))}
        {own.value?.map((PolicyName) => (
          <li key={PolicyName}>
            <span className="named">
              <button type="button" className="link" disabled={busy} onClick={() => open(PolicyName)}>{PolicyName}</button>
              <span className="quiet small">its own</span>
            </span>
            {may.remove && <button type="button" className="small danger" disabled={busy} aria-label={`Delete ${PolicyName}`} onClick={() => doom(PolicyName)}>Delete</button>}
          </li>
        ))}
      </ul>
      {error && <p className="notice error" role="alert">{error}</p>}
      {editing && (
        <PolicyEditor
          name={editing.name}
          text={editing.text}
          readOnly={!may.put}
          onClose={() => edit(null)}
          onSave={async (PolicyName, PolicyDocument) => { await iam(`Put${kind}Policy`, { ...of, PolicyName, PolicyDocument }); await changed(); }}
        />
      )}
      {reading && <Dialog title={reading.name} onClose={() => read(null)}><pre className="shown" tabIndex={0}>{reading.text}</pre></Dialog>}
      {doomed && (
        <Confirm title={`Delete ${doomed}?`} action="Delete policy" onClose={() => doom(null)} onConfirm={async () => { await iam(`Delete${kind}Policy`, { ...of, PolicyName: doomed }); await changed(); }}>
          <p>Its document is gone with it, and what only it allowed is refused from now on.</p>
        </Confirm>
      )}
      {choosing && <Choosing held={attached.value ?? []} onClose={() => choose(false)} onChoose={async (PolicyArn) => { await iam(`Attach${kind}Policy`, { ...of, PolicyArn }); await changed(); }} />}
    </section>
  );
}

function Choosing({ held, onChoose, onClose }: { held: Attached[]; onChoose: (arn: string) => Promise<void>; onClose: () => void }) {
  const all = useAsked(() => every<ManagedPolicy>("ListPolicies", "Policies"));
  const { busy, error, run } = useDoing();
  const free = all.value?.filter((policy) => !held.some((one) => one.PolicyArn === policy.Arn));
  return (
    <Dialog title="Attach a policy" onClose={onClose}>
      <div className="stack">
        {all.error && <Failed error={all.error} again={all.again} />}
        <ul className="lines">
          {free?.map((policy) => (
            <li key={policy.Arn}>
              <span className="named">
                <strong>{policy.PolicyName}</strong>
                <span className="mono quiet">{policy.Arn}</span>
              </span>
              <button type="button" className="small" disabled={busy} aria-label={`Attach ${policy.PolicyName}`} onClick={async () => (await run(() => onChoose(policy.Arn))) && onClose()}>Attach</button>
            </li>
          ))}
        </ul>
        {error && <p className="notice error" role="alert">{error}</p>}
      </div>
    </Dialog>
  );
}

function pretty(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}
