// Who is signed in decides what is shown: the sign-in form, or the bar and one view.
import { Suspense, useEffect, useRef, useState } from "react";
import { onSignedOut } from "./api/client";
import { useMay, type Question } from "./api/permissions";
import { session as current, signInWithTicket, signOut, takeTicket, type Session } from "./api/session";
import { Icon, Mark } from "./parts/Icon";
import { useTheme, type Theme } from "./parts/theme";
import { addressOf, useAddress } from "./router";
import { SignIn } from "./SignIn";
import { VIEWS } from "./views";

const NEEDS: Record<string, Question> = Object.fromEntries(VIEWS.flatMap((row) => (row.needs ? [[row.path, row.needs]] : [])));

type State = { kind: "asking" } | { kind: "stranger"; message: string } | { kind: "known"; session: Session };

const ticket = takeTicket(); // once, before the address is read as a view's

export function Page() {
  const [state, set] = useState<State>({ kind: "asking" });
  const asked = useRef(false);
  useEffect(() => {
    onSignedOut(() => set((was) => ({ kind: "stranger", message: was.kind === "known" ? "Your session has ended. Sign in again to go on." : "" })));
    if (asked.current) return; // a ticket is good once, and development mounts twice
    asked.current = true;
    (ticket ? signInWithTicket(ticket) : current()).then(
      (session) => set({ kind: "known", session }),
      async (error: Error) => {
        const found = ticket ? await current().catch(() => null) : null;
        set(found ? { kind: "known", session: found } : { kind: "stranger", message: ticket ? error.message : "" });
      },
    );
  }, []);
  if (state.kind === "asking") return null;
  if (state.kind === "stranger") return <SignIn message={state.message} onSession={(session) => set({ kind: "known", session })} />;
  return <Shell session={state.session} onLeave={() => set({ kind: "stranger", message: "You are signed out." })} />;
}

function Shell({ session, onLeave }: { session: Session; onLeave: () => void }) {
  const [path, rest] = useAddress();
  const view = VIEWS.find((row) => row.path === path) ?? VIEWS[0]!;
  const own = /:user\/(?:.*\/)?([^/]+)$/.exec(session.arn)?.[1];
  const may = useMay<string>({ ...NEEDS, own: ["iam:GetUser", session.arn] });
  useEffect(() => {
    document.title = `${view.title} · Outcrop`;
  }, [view]);
  useEffect(() => {
    document.querySelector(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [view, may.known]);
  return (
    <div className="shell">
      <a className="skip" href="#view" onClick={(event) => { event.preventDefault(); document.getElementById("view")?.focus(); }}>
        Skip to the content
      </a>
      <header className="bar">
        <span className="brand">
          <Mark size={22} />
          <span className="name">Outcrop</span>
        </span>
        <nav className="views" aria-label="Views">
          {VIEWS.filter((row) => !row.needs || may[row.path] || row === view).map((row) => (
            <a key={row.path} href={addressOf(row.path)} aria-current={row === view ? "page" : undefined}>
              {row.title}
            </a>
          ))}
        </nav>
        <div className="end">
          <ThemeButton />
          <Account session={session} own={own && may.own ? own : undefined} onLeave={onLeave} />
        </div>
      </header>
      <main className="view" id="view" tabIndex={-1}>
        <Suspense fallback={null}>
          <view.element session={session} rest={rest} />
        </Suspense>
      </main>
    </div>
  );
}

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

function ThemeButton() {
  const [theme, set] = useTheme();
  const icon = { system: "system", light: "sun", dark: "moon" } as const;
  return (
    <button type="button" className="bare icon" title={`Colours: ${theme}`} aria-label={`Colours: ${theme}`} onClick={() => set(NEXT[theme])}>
      <Icon name={icon[theme]} />
    </button>
  );
}

function Account({ session, own, onLeave }: { session: Session; own?: string; onLeave: () => void }) {
  const [open, set] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === "Escape" : !menu.current?.contains(event.target as Node)) set(false);
    };
    addEventListener("keydown", close);
    addEventListener("pointerdown", close);
    return () => {
      removeEventListener("keydown", close);
      removeEventListener("pointerdown", close);
    };
  }, [open]);
  const leave = async () => {
    await signOut().catch(() => {});
    onLeave();
  };
  return (
    <div className="menu" ref={menu}>
      <button type="button" className="bare icon" aria-label="Account" aria-expanded={open} onClick={() => set(!open)}>
        <Icon name="user" />
      </button>
      {open && (
        <div className="menu-list">
          <span className="mono">{session.arn}</span>
          <span className="small quiet">
            {session.region} · Outcrop {session.version}
          </span>
          {own && (
            <a href={addressOf("users", own)} onClick={() => set(false)}>
              Your keys and policies
            </a>
          )}
          <button type="button" onClick={leave}>
            Sign out
          </button>
        </div>
      )}
    </div>
  );
}
