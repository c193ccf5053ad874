// Users and keys: the users and groups there are, or the one that the address names.
import { useState, type FormEvent } from "react";
import type { Session } from "../api/session";
import { every, iam, type Group, type User } from "../api/iam";
import { useMay } from "../api/permissions";
import { Dialog } from "../parts/Dialog";
import { date } from "../parts/figures";
import { Empty, Failed, Plain, Wide } from "../parts/Plain";
import { useAsked, useDoing } from "../parts/useAsked";
import { addressOf, go } from "../router";
import { GroupView, UserView } from "./OneView";

export default function UsersView({ rest, session }: { rest: string; session: Session }) {
  const [kind, name] = rest.startsWith("group/") ? (["group", rest.slice(6)] as const) : (["user", rest] as const);
  if (name) return kind === "group" ? <GroupView key={rest} name={name} account={session.account} /> : <UserView key={rest} name={name} session={session} />;
  return <Lists />;
}

function Lists() {
  const users = useAsked(() => every<User>("ListUsers", "Users"));
  const groups = useAsked(() => every<Group>("ListGroups", "Groups"));
  const may = useMay({ user: ["iam:CreateUser", "arn:aws:iam::123456789012:user/*"], group: ["iam:CreateGroup", "arn:aws:iam::123456789012:group/*"] });
  const [making, make] = useState<"user" | "group" | null>(null);
  const ready = users.value && (groups.value || groups.error);
  const makeUser = may.user && <button type="button" className="primary" onClick={() => make("user")}>Make a user</button>;
  return (
    <Plain title="Users and keys" lead="One user and one key for each person or program: usage is counted by both." actions={users.value?.length ? makeUser : null}>
      {users.error && <Failed error={users.error} again={users.again} />}
      {ready && users.value?.length === 0 && (
        <Empty title="Only root calls so far">
          <p>The key that <code>outcrop serve</code> prints is root’s and may do everything. Make a user with a policy for each application; its calls then have a name, limits and a bill of their own.</p>
          {makeUser}
        </Empty>
      )}
      {ready && users.value && users.value.length > 0 && (
        <Wide label="Users">
          <table>
            <thead>
              <tr><th scope="col">User</th><th scope="col" className="wide-only">ARN</th><th scope="col">Made</th></tr>
            </thead>
            <tbody>
              {users.value.map((user) => (
                <tr key={user.Arn}>
                  <td><a href={addressOf("users", user.UserName)}>{user.UserName}</a></td>
                  <td className="mono quiet wide-only">{user.Arn}</td>
                  <td className="quiet">{date(user.CreateDate)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {ready && groups.value && (
        <section className="block" aria-labelledby="groups">
          <div className="block-head">
            <h2 id="groups">Groups</h2>
            {may.group && <button type="button" className="small" onClick={() => make("group")}>Make a group</button>}
          </div>
          {groups.value.length === 0 ? (
            <p className="quiet small">A group’s policies hold for all its users. There is none yet.</p>
          ) : (
            <Wide label="Groups">
              <table>
                <thead>
                  <tr><th scope="col">Group</th><th scope="col" className="wide-only">ARN</th><th scope="col">Made</th></tr>
                </thead>
                <tbody>
                  {groups.value.map((group) => (
                    <tr key={group.Arn}>
                      <td><a href={addressOf("users", `group/${group.GroupName}`)}>{group.GroupName}</a></td>
                      <td className="mono quiet wide-only">{group.Arn}</td>
                      <td className="quiet">{date(group.CreateDate)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Wide>
          )}
        </section>
      )}
      {making && <Making kind={making} onClose={() => make(null)} />}
    </Plain>
  );
}

function Making({ kind, onClose }: { kind: "user" | "group"; onClose: () => void }) {
  const { busy, error, run } = useDoing();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    const make = () => (kind === "user" ? iam("CreateUser", { UserName: name }) : iam("CreateGroup", { GroupName: name }));
    if (await run(make)) go("users", kind === "user" ? name : `group/${name}`);
  };
  return (
    <Dialog title={`Make a ${kind}`} onClose={onClose} className="slim">
      <form className="stack" onSubmit={submit}>
        <label className="field">
          Name
          <input name="name" required maxLength={64} autoFocus spellCheck={false} autoCapitalize="off" autoComplete="off" aria-describedby="name-note" />
        </label>
        <p className="quiet small" id="name-note">{kind === "user" ? "A person or a program, such as alice or invoices. What it may do comes next." : "Such as developers. Its policies and members come next."}</p>
        {error && <p className="notice error" role="alert">{error}</p>}
        <div className="row">
          <button type="submit" className="primary" disabled={busy}>Make {kind}</button>
          <button type="button" onClick={onClose}>Cancel</button>
        </div>
      </form>
    </Dialog>
  );
}
