import { useId } from 'react';

interface ReasonFieldProps {
  readonly reason: string;
  /** Whether the policy of the hold refuses the decision without one. */
  readonly required: boolean;
  /** What becomes of it. */
  readonly note: string;
  readonly onReason: (reason: string) => void;
}

/** Why it is decided so, beside what is decided. */
export function ReasonField({ reason, required, note, onReason }: ReasonFieldProps) {
  const id = useId();
  return (
    <div className="reason-field">
      <label className="soft small" htmlFor={id}>
        Say why <span className="quiet">{required ? `(this policy asks for it; ${note})` : `(optional, ${note})`}</span>
      </label>
      <textarea
        id={id}
        className="input text"
        rows={2}
        value={reason}
        required={required}
        onChange={(event) => onReason(event.target.value)}
      />
    </div>
  );
}
