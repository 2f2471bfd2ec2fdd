import { useState } from 'react';

/** A short id that is copied whole by a click. */
export function CopyId({ id, shown, what }: { id: string; shown: string; what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    // Without permission the whole id is still in the title.
    void navigator.clipboard?.writeText(id).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 1_500);
      },
      () => undefined,
    );
  };
  return (
    <button type="button" className="copy" title={`Copy ${what}: ${id}`} onClick={copy}>
      {copied ? 'copied' : shown}
    </button>
  );
}
