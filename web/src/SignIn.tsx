// Signing in with an access key; the link that the terminal prints needs no form.
import { useState, type FormEvent } from "react";
import { signInWithKey, type Session } from "./api/session";
import { Mark } from "./parts/Icon";

export function SignIn({ message, onSession }: { message: string; onSession: (session: Session) => void }) {
  const [wrong, say] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      onSession(await signInWithKey(String(form.get("id")).trim(), String(form.get("secret")).trim()));
    } catch (error) {
      say((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <div className="sign-in">
      <main>
        <div className="row">
          <Mark size={32} />
          <h1>Outcrop</h1>
        </div>
        {message && <p className="notice waiting">{message}</p>}
        <p>
          The quickest way in is the link that <code>outcrop serve</code> prints. For another one, in a terminal:{" "}
          <code>outcrop page</code>
        </p>
        <form onSubmit={submit}>
          <h2>Or sign in with an access key</h2>
          <div className="field">
            <label htmlFor="id">Access key id</label>
            <input id="id" name="id" className="mono" required autoComplete="username" spellCheck={false} autoCapitalize="off" />
          </div>
          <div className="field">
            <label htmlFor="secret">Secret access key</label>
            <input id="secret" name="secret" className="mono" type="password" required autoComplete="current-password" />
          </div>
          {wrong && (
            <p className="notice error" role="alert">
              {wrong}
            </p>
          )}
          <button type="submit" className="primary" disabled={busy}>
            Sign in
          </button>
        </form>
      </main>
    </div>
  );
}
