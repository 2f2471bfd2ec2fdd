import { useId } from 'react';
import { focusAtStart } from '../focus-at-start.ts';
import { Icon } from '../shell/icons.tsx';
import type { Field } from './schema-form.ts';

interface SchemaFieldProps {
  readonly field: Field;
  readonly written: string;
  readonly problem: string | undefined;
  readonly hint?: string | undefined;
  readonly onWrite: (written: string) => void;
  readonly autoFocus?: boolean;
}

/** One input made from a schema, with what may be written and what is wrong with what was. */
export function SchemaField({ field, written, problem, hint, onWrite, autoFocus = false }: SchemaFieldProps) {
  const id = useId();
  const given = {
    id,
    ref: autoFocus ? focusAtStart : undefined,
    value: written,
    'aria-invalid': problem !== undefined || undefined,
    'aria-describedby': `${id}-more`,
    onChange: (event: { target: { value: string } }) => onWrite(event.target.value),
  };
  const rows = Math.min(12, Math.max(2, written.split('\n').length, Math.ceil(written.length / 60)));
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.key} <span>{field.rule}</span>
      </label>
      {field.type === 'choice' || field.type === 'boolean' ? (
        <select className="input" {...given}>
          {(written === '' || !field.required) && <option value="" />}
          {(field.type === 'boolean' ? ['true', 'false'] : field.choices.map(String)).map((choice) => (
            <option key={choice} value={choice}>
              {field.type === 'boolean' ? (choice === 'true' ? 'yes' : 'no') : choice}
            </option>
          ))}
        </select>
      ) : (field.long && (written.length > 40 || written.includes('\n'))) || field.type === 'json' ? (
        <textarea className="input" rows={rows} spellCheck={field.type === 'text'} {...given} />
      ) : (
        <input
          className="input"
          type="text"
          inputMode={field.type === 'number' ? 'decimal' : undefined}
          autoComplete="off"
          {...given}
        />
      )}
      <div id={`${id}-more`}>
        {problem !== undefined && (
          <p className="err">
            <Icon name="alert" small />
            {problem}
          </p>
        )}
        {(hint ?? field.description) && <p className="hint">{hint ?? field.description}</p>}
      </div>
    </div>
  );
}
