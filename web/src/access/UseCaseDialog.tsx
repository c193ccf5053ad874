// The use case that Anthropic's models want: the fields of AWS's form, kept as JSON.
import { useEffect, useState, type FormEvent } from "react";
import { submitUseCase, useCase, type UseCase } from "../api/access";
import { Dialog } from "../parts/Dialog";
import { useDoing } from "../parts/useAsked";

const INDUSTRIES = ["Education", "Energy", "Financial services", "Government", "Healthcare", "Manufacturing", "Media", "Retail", "Software", "Other"];
const NONE: UseCase = { companyName: "", companyWebsite: "", intendedUsers: "0", industryOption: "Software", otherIndustryOption: "", useCases: "" };

export function UseCaseDialog({ known, onDone, onClose }: { known: boolean; onDone: () => Promise<void>; onClose: () => void }) {
  const [form, set] = useState<UseCase | null>(known ? null : NONE);
  const { busy, error, run } = useDoing();
  useEffect(() => {
    if (known) void useCase().then((found) => set({ ...NONE, ...found }));
  }, [known]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (form && (await run(async () => { await submitUseCase(form); await onDone(); }))) onClose();
  };
  const change = (change: Partial<UseCase>) => set((was) => was && { ...was, ...change });
  return (
    <Dialog title="Use case for Anthropic’s models" onClose={onClose}>
      {form && (
        <form className="stack" onSubmit={submit}>
          <p className="quiet small">AWS passes this form to Anthropic. Here it stays on this server; it is asked for so that an application meets the same steps.</p>
          <div className="pair">
            <Text label="Company name" value={form.companyName} onChange={(companyName) => change({ companyName })} />
            <Text label="Company website" value={form.companyWebsite} onChange={(companyWebsite) => change({ companyWebsite })} />
          </div>
          <div className="pair">
            <Choice label="Intended users" value={form.intendedUsers} options={[["0", "Internal users"], ["1", "External users"]]} onChange={(intendedUsers) => change({ intendedUsers })} />
            <Choice label="Industry" value={form.industryOption} options={INDUSTRIES.map((name) => [name, name])} onChange={(industryOption) => change({ industryOption })} />
          </div>
          {form.industryOption === "Other" && <Text label="Which industry" value={form.otherIndustryOption} onChange={(otherIndustryOption) => change({ otherIndustryOption })} />}
          <label className="field">
            Use cases
            <textarea rows={4} required value={form.useCases} onChange={(event) => change({ useCases: event.target.value })} />
          </label>
          {error && <p className="notice error" role="alert">{error}</p>}
          <div className="row">
            <button type="submit" className="primary" disabled={busy}>Submit use case</button>
            <button type="button" onClick={onClose}>Cancel</button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Text({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className="field">
      {label}
      <input required value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

function Choice({ label, value, options, onChange }: { label: string; value: string; options: string[][]; onChange: (value: string) => void }) {
  return (
    <label className="field">
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, title]) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
