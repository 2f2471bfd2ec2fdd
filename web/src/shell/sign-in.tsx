import { type FormEvent, useId, useState } from 'react';
import { Icon } from './icons.tsx';

interface SignInProps {
  readonly problem: string | null;
  readonly busy: boolean;
  readonly onToken: (token: string) => void;
}

/** Who are you: by a token, or by the link that `holdpoint serve` prints. */
export function SignIn({ problem, busy, onToken }: SignInProps) {
  const id = useId();
  const [token, setToken] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') onToken(token.trim());
  };
  return (
    <main className="sign-in">
      <p className="brand">
        <Icon name="brand" /> Holdpoint
      </p>
      <h1>Sign in to review</h1>
      {problem && (
        <p className="err" role="alert">
          <Icon name="alert" small />
          <span>{problem}</span>
        </p>
      )}
      <form onSubmit={submit}>
        <label className="field-label" htmlFor={id}>
          Your API token
        </label>
        <input
          id={id}
          className="input"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="hp_…"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <p className="hint">It stays in this tab and is forgotten when you close it.</p>
        <button type="submit" className="btn primary" disabled={busy || token.trim() === ''}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <section aria-labelledby={`${id}-none`}>
        <h2 id={`${id}-none`}>No token?</h2>
        <p>Who runs the server makes one:</p>
        <pre>holdpoint token create --user ana --role reviewer</pre>
        <p>
          At the machine of the server itself, open the link that <code>holdpoint serve</code> prints. It is good once,
          for five minutes.
        </p>
      </section>
    </main>
  );
}
