// A user's keys: made, shown once, disabled, deleted.
import { useState } from "react";
import { every, iam, type AccessKey, type BearerKey } from "../api/iam";
import { useMay } from "../api/permissions";
import { Confirm } from "../parts/Confirm";
import { ago, date } from "../parts/figures";
import { Failed, Wide } from "../parts/Plain";
import { useAsked, useDoing } from "../parts/useAsked";
import { KeyMade, type Made } from "./KeyMade";

interface Props {
  user: string;
  arn: string;
  region: string;
}

interface Used extends AccessKey {
  used: number | null;
}

export function AccessKeys({ user, arn, region }: Props) {
  const keys = useAsked(() => accessKeys(user));
  const may = useMay({ list: ["iam:ListAccessKeys", arn], make: ["iam:CreateAccessKey", arn], change: ["iam:UpdateAccessKey", arn], delete: ["iam:DeleteAccessKey", arn] });
  const make = async (): Promise<Made> => {
    const { AccessKey: key } = await iam<{ AccessKey: { AccessKeyId: string; SecretAccessKey: string } }>("CreateAccessKey", { UserName: user });
    return { kind: "access", id: key.AccessKeyId, secret: key.SecretAccessKey };
  };
  return (
    <KeyList
      title="Access keys"
      note="Sign requests with SigV4: every AWS SDK and the AWS CLI."
      none="No access key. A user may have two, so that one can replace the other."
      rows={keys.value?.map((key) => ({ id: key.AccessKeyId, name: key.AccessKeyId, active: key.Status === "Active", made: key.CreateDate, last: key.used ? `used ${ago(key.used)}` : "never used" }))}
      limit={2}
      may={may}
      error={keys.error && may.list ? <Failed error={keys.error} again={keys.again} /> : null}
      makeText="Make an access key"
      onMake={make}
      onSwitch={(id, on) => iam("UpdateAccessKey", { UserName: user, AccessKeyId: id, Status: on ? "Active" : "Inactive" })}
      onDelete={(id) => iam("DeleteAccessKey", { UserName: user, AccessKeyId: id })}
      again={keys.again}
      region={region}
    />
  );
}

const AGES = [["1", "1 day"], ["7", "7 days"], ["30", "30 days"], ["90", "90 days"], ["365", "1 year"], ["", "never"]] as const;

export function BearerKeys({ user, arn, region }: Props) {
  const keys = useAsked(() => every<BearerKey>("ListServiceSpecificCredentials", "ServiceSpecificCredentials", { UserName: user }));
  const may = useMay({
    list: ["iam:ListServiceSpecificCredentials", arn],
    make: ["iam:CreateServiceSpecificCredential", arn],
    change: ["iam:UpdateServiceSpecificCredential", arn],
    delete: ["iam:DeleteServiceSpecificCredential", arn],
  });
  const [days, setDays] = useState("30");
  const make = async (): Promise<Made> => {
    const age = days ? { CredentialAgeDays: Number(days) } : {};
    const { ServiceSpecificCredential: key } = await iam<{ ServiceSpecificCredential: { ServiceCredentialAlias: string; ServiceCredentialSecret: string } }>("CreateServiceSpecificCredential", { UserName: user, ServiceName: "bedrock.amazonaws.com", ...age });
    return { kind: "bearer", id: key.ServiceCredentialAlias, secret: key.ServiceCredentialSecret };
  };
  return (
    <KeyList
      title="Bearer keys"
      note="One word in a header, for what cannot sign: OpenAI’s and Anthropic’s SDKs, curl."
      none="No bearer key. It is one word in a header, for what cannot sign requests."
      rows={keys.value?.map((key) => ({ id: key.ServiceSpecificCredentialId, name: key.ServiceCredentialAlias, active: key.Status === "Active", made: key.CreateDate, last: key.ExpirationDate ? `ends ${date(key.ExpirationDate)}` : "does not end" }))}
      limit={2}
      may={may}
      error={keys.error && may.list ? <Failed error={keys.error} again={keys.again} /> : null}
      makeText="Make a bearer key"
      options={
        <label className="row small plain-label">
          ends after
          <select value={days} onChange={(event) => setDays(event.target.value)}>
            {AGES.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
          </select>
        </label>
      }
      onMake={make}
      onSwitch={(id, on) => iam("UpdateServiceSpecificCredential", { UserName: user, ServiceSpecificCredentialId: id, Status: on ? "Active" : "Inactive" })}
      onDelete={(id) => iam("DeleteServiceSpecificCredential", { UserName: user, ServiceSpecificCredentialId: id })}
      again={keys.again}
      region={region}
    />
  );
}

async function accessKeys(UserName: string): Promise<Used[]> {
  const keys = await every<AccessKey>("ListAccessKeys", "AccessKeyMetadata", { UserName });
  return Promise.all(
    keys.map(async (key) => {
      const found = await iam<{ AccessKeyLastUsed?: { LastUsedDate?: number } }>("GetAccessKeyLastUsed", { AccessKeyId: key.AccessKeyId }).catch(() => null);
      return { ...key, used: found?.AccessKeyLastUsed?.LastUsedDate ?? null };
    }),
  );
}

interface Row {
  id: string;
  name: string;
  active: boolean;
  made: number;
  last: string;
}

interface ListProps {
  title: string;
  note: string;
  none: string;
  rows: Row[] | undefined;
  limit: number;
  may: { list: boolean; make: boolean; change: boolean; delete: boolean };
  error: React.ReactNode;
  makeText: string;
  options?: React.ReactNode;
  onMake: () => Promise<Made>;
  onSwitch: (id: string, on: boolean) => Promise<unknown>;
  onDelete: (id: string) => Promise<unknown>;
  again: () => Promise<void>;
  region: string;
}

function KeyList({ title, note, none, rows, limit, may, error, makeText, options, onMake, onSwitch, onDelete, again, region }: ListProps) {
  const { busy, error: wrong, run } = useDoing();
  const [made, show] = useState<Made | null>(null);
  const [doomed, doom] = useState<Row | null>(null);
  const full = (rows?.length ?? 0) >= limit;
  if (error) return <section className="block"><h2>{title}</h2>{error}</section>;
  if (!rows || !may.list) return null;
  return (
    <section className="block">
      <div className="block-head">
        <h2>{title}</h2>
        {may.make && !full && (
          <span className="row">
            {options}
            <button type="button" className="small" disabled={busy} onClick={() => run(async () => { show(await onMake()); await again(); })}>{makeText}</button>
          </span>
        )}
      </div>
      <p className="quiet small">{rows.length ? note : none}{full && may.make ? " There are two, the most there can be." : ""}</p>
      {rows.length > 0 && (
        <Wide cards label={title}>
          <table>
            <thead>
              <tr><th scope="col">Key</th><th scope="col">State</th><th scope="col" className="wide-only">Made</th><th scope="col" className="actions"><span className="hidden">Actions</span></th></tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td><span className="named"><span className="mono strong">{row.name}</span><span className="quiet small">{row.last}</span></span></td>
                  <td><span className={`state ${row.active ? "good" : ""}`}>{row.active ? "Active" : "Disabled"}</span></td>
                  <td className="quiet wide-only">{date(row.made)}</td>
                  <td className="actions">
                    <span className="row">
                      {may.change && <button type="button" className="small" disabled={busy} aria-label={`${row.active ? "Disable" : "Enable"} ${row.name}`} onClick={() => run(async () => { await onSwitch(row.id, !row.active); await again(); })}>{row.active ? "Disable" : "Enable"}</button>}
                      {may.delete && <button type="button" className="small danger" disabled={busy} aria-label={`Delete ${row.name}`} onClick={() => doom(row)}>Delete</button>}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {wrong && <p className="notice error" role="alert">{wrong}</p>}
      {made && <KeyMade made={made} region={region} onClose={() => show(null)} />}
      {doomed && (
        <Confirm title="Delete this key?" action="Delete key" onClose={() => doom(null)} onConfirm={async () => { await onDelete(doomed.id); await again(); }}>
          <p><span className="mono">{doomed.name}</span> stops working at once and cannot be brought back. To try what breaks first, disable it.</p>
        </Confirm>
      )}
    </section>
  );
}
