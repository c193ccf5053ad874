// One user, or one group: what it may do and why, its keys, its groups or members.
import { useState } from "react";
import type { Session } from "../api/session";
import { every, iam, type AccessKey, type Attached, type BearerKey, type Group, type User } from "../api/iam";
import { useMay } from "../api/permissions";
import { Confirm } from "../parts/Confirm";
import { CopyButton } from "../parts/CopyButton";
import { Failed, Plain } from "../parts/Plain";
import { useAsked, useDoing } from "../parts/useAsked";
import { date } from "../parts/figures";
import { addressOf, go } from "../router";
import { Explain } from "./Explain";
import { AccessKeys, BearerKeys } from "./Keys";
import { Policies } from "./Policies";

export function UserView({ name, session }: { name: string; session: Session }) {
  const found = useAsked(async () => (await iam<{ User: User }>("GetUser", { UserName: name })).User);
  const arn = found.value?.Arn ?? `arn:aws:iam::${session.account}:user/${name}`;
  const may = useMay({ delete: ["iam:DeleteUser", arn], explain: ["iam:SimulatePrincipalPolicy", arn] });
  const [deleting, confirm] = useState(false);
  const [changed, change] = useState(0);
  return (
    <Plain title={name} lead={found.value && <Lead arn={arn} made={found.value.CreateDate} />} actions={<><Back />{found.value && may.delete && <button type="button" className="danger" onClick={() => confirm(true)}>Delete user</button>}</>}>
      {found.error && <Failed error={found.error} again={found.again} />}
      {found.value && (
        <>
          <AccessKeys user={name} arn={arn} region={session.region} />
          <BearerKeys user={name} arn={arn} region={session.region} />
          <Policies kind="User" name={name} arn={arn} onChange={() => change(changed + 1)} />
          <Groups user={name} onChange={() => change(changed + 1)} />
          {may.explain && <Explain key={changed} arn={arn} region={session.region} />}
        </>
      )}
      {deleting && (
        <Confirm title={`Delete ${name}?`} action="Delete user" onClose={() => confirm(false)} onConfirm={async () => { await deleteUser(name); go("users"); }}>
          <p>Its keys stop working at once, and its own policies go with it. What it has used stays in the ledger.</p>
        </Confirm>
      )}
    </Plain>
  );
}

export function GroupView({ name, account }: { name: string; account: string }) {
  const found = useAsked(() => iam<{ Group: Group; Users: User[] }>("GetGroup", { GroupName: name }));
  const arn = found.value?.Group.Arn ?? `arn:aws:iam::${account}:group/${name}`;
  const may = useMay({ delete: ["iam:DeleteGroup", arn] });
  const [deleting, confirm] = useState(false);
  return (
    <Plain title={name} lead={found.value && <Lead arn={arn} made={found.value.Group.CreateDate} />} actions={<><Back />{found.value && may.delete && <button type="button" className="danger" onClick={() => confirm(true)}>Delete group</button>}</>}>
      {found.error && <Failed error={found.error} again={found.again} />}
      {found.value && (
        <>
          <Policies kind="Group" name={name} arn={arn} onChange={() => {}} />
          <section className="block">
            <div className="block-head"><h2>Members</h2></div>
            {found.value.Users.length === 0 && <p className="quiet small">Nobody. A user’s own page adds it to the group.</p>}
            <p className="row">{found.value.Users.map((user) => <a key={user.Arn} href={addressOf("users", user.UserName)}>{user.UserName}</a>)}</p>
          </section>
        </>
      )}
      {deleting && (
        <Confirm title={`Delete ${name}?`} action="Delete group" onClose={() => confirm(false)} onConfirm={async () => { await deleteGroup(name, found.value?.Users ?? []); go("users"); }}>
          <p>Its members stay, and lose what only the group’s policies allowed.</p>
        </Confirm>
      )}
    </Plain>
  );
}

const Back = () => <a className="crumb" href={addressOf("users")}>All users</a>;

function Lead({ arn, made }: { arn: string; made: number }) {
  return (
    <span className="row small">
      <span className="mono">{arn}</span>
      <CopyButton text={arn} label="Copy ARN" />
      <span className="small">made {date(made)}</span>
    </span>
  );
}

function Groups({ user, onChange }: { user: string; onChange: () => void }) {
  const mine = useAsked(() => every<Group>("ListGroupsForUser", "Groups", { UserName: user }));
  const all = useAsked(() => every<Group>("ListGroups", "Groups"));
  const others = (all.value ?? []).filter((group) => !mine.value?.some((one) => one.GroupName === group.GroupName));
  const may = useMay({ add: ["iam:AddUserToGroup", others[0]?.Arn ?? "*"], remove: ["iam:RemoveUserFromGroup", mine.value?.[0]?.Arn ?? "*"] });
  const { busy, error, run } = useDoing();
  if (!mine.value || (!mine.value.length && !others.length)) return null;
  const change = (action: string, GroupName: string) =>
    run(async () => {
      await iam(action, { GroupName, UserName: user });
      await mine.again();
      onChange();
    });
  return (
    <section className="block">
      <div className="block-head"><h2>Groups</h2></div>
      {mine.value.map((group) => (
        <p className="row" key={group.GroupName}>
          <a href={addressOf("users", `group/${group.GroupName}`)}>{group.GroupName}</a>
          {may.remove && <button type="button" className="link small" disabled={busy} aria-label={`Leave ${group.GroupName}`} onClick={() => change("RemoveUserFromGroup", group.GroupName)}>Leave</button>}
        </p>
      ))}
      {may.add && others.length > 0 && (
        <div className="row">
          {others.map((group) => (
            <button key={group.GroupName} type="button" className="small" disabled={busy} onClick={() => change("AddUserToGroup", group.GroupName)}>Add to {group.GroupName}</button>
          ))}
        </div>
      )}
      {error && <p className="notice error" role="alert">{error}</p>}
    </section>
  );
}

/** IAM deletes only what nothing hangs on: keys and policies go first, as in AWS's console. */
async function deleteUser(UserName: string): Promise<void> {
  for (const key of await every<AccessKey>("ListAccessKeys", "AccessKeyMetadata", { UserName })) await iam("DeleteAccessKey", { UserName, AccessKeyId: key.AccessKeyId });
  for (const key of await every<BearerKey>("ListServiceSpecificCredentials", "ServiceSpecificCredentials", { UserName }))
    await iam("DeleteServiceSpecificCredential", { UserName, ServiceSpecificCredentialId: key.ServiceSpecificCredentialId });
  for (const group of await every<Group>("ListGroupsForUser", "Groups", { UserName })) await iam("RemoveUserFromGroup", { UserName, GroupName: group.GroupName });
  await deletePolicies("User", { UserName });
  await iam("DeleteUser", { UserName });
}

async function deleteGroup(GroupName: string, members: User[]): Promise<void> {
  for (const user of members) await iam("RemoveUserFromGroup", { GroupName, UserName: user.UserName });
  await deletePolicies("Group", { GroupName });
  await iam("DeleteGroup", { GroupName });
}

async function deletePolicies(kind: "User" | "Group", of: object): Promise<void> {
  for (const PolicyName of await every<string>(`List${kind}Policies`, "PolicyNames", of)) await iam(`Delete${kind}Policy`, { ...of, PolicyName });
  for (const policy of await every<Attached>(`ListAttached${kind}Policies`, "AttachedPolicies", of)) await iam(`Detach${kind}Policy`, { ...of, PolicyArn: policy.PolicyArn });
}
