import { type ChangeEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { useDeskStore } from '../desk/use-desk.ts';
import { Icon } from '../shell/icons.tsx';
import { type AuditQuery, EVERYTHING, isUndecided, type Outcome } from './audit-query.ts';

const VERDICTS: readonly Outcome[] = ['approved', 'modified', 'rejected', 'answered'];
/** How long what is typed must rest before it is looked for, in milliseconds. */
const REST_MS = 250;

interface AuditFiltersProps {
  readonly query: AuditQuery;
  readonly input: RefObject<HTMLInputElement | null>;
  /** People and crews that were seen, to choose from. */
  readonly people: readonly string[];
  readonly crews: readonly string[];
  readonly onQuery: (query: AuditQuery) => void;
}

/** What is looked for. Each change is in the address, so that a search can be sent to a colleague. */
export function AuditFilters({ query, input, people, crews, onQuery }: AuditFiltersProps) {
  const id = useId();
  const nobody = isUndecided(query.outcome);
  const known = [...new Set([...useCrewNames(), ...crews, ...(query.crew === '' ? [] : [query.crew])])].sort();
  const change = (part: Partial<AuditQuery>) => onQuery({ ...query, ...part });
  const text = useTyped(query.text, (typed) => change({ text: typed }));
  const by = useTyped(query.by, (typed) => change({ by: typed }));
  return (
    <search className="audit-filters" aria-label="Search decisions">
      <label className="filter">
        <Icon name="search" small />
        <span className="vh">Words, order, digest</span>
        <input ref={input} type="search" placeholder="Words, order, digest" disabled={nobody} {...text} />
        <kbd>/</kbd>
      </label>
      <label className="audit-field">
        By
        <input className="select" list={`${id}-people`} placeholder="anyone" size={10} disabled={nobody} {...by} />
        <datalist id={`${id}-people`}>
          {people.map((person) => (
            <option key={person} value={person} />
          ))}
        </datalist>
      </label>
      <label className="audit-field">
        Crew
        <select className="select" value={query.crew} onChange={(event) => change({ crew: event.target.value })}>
          <option value="">any</option>
          {known.map((crew) => (
            <option key={crew}>{crew}</option>
          ))}
        </select>
      </label>
      <label className="audit-field audit-verdict">
        Verdict
        <select
          className="select"
          value={query.outcome}
          onChange={(event) => {
            const outcome = event.target.value as Outcome | '';
            onQuery(isUndecided(outcome) ? { ...EVERYTHING, crew: query.crew, outcome } : { ...query, outcome });
          }}
        >
          <option value="">any</option>
          {VERDICTS.map((outcome) => (
            <option key={outcome}>{outcome}</option>
          ))}
          <optgroup label="Nobody decided">
            <option>expired</option>
            <option value="cancelled">withdrawn</option>
          </optgroup>
        </select>
      </label>
      <span className="audit-days">
        <Day label="From" value={query.from} disabled={nobody} onValue={(from) => change({ from })} />
        <Day label="to" value={query.to} disabled={nobody} onValue={(to) => change({ to })} />
      </span>
    </search>
  );
}

/** What is being typed is shown at once, and looked for when it rests. */
function useTyped(value: string, onValue: (value: string) => void) {
  const [typed, setTyped] = useState(value);
  const now = useRef(onValue);
  now.current = onValue;
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => now.current(typed), REST_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return {
    value: typed,
    onChange: (event: ChangeEvent<HTMLInputElement>) => setTyped(event.target.value),
  };
}

function Day({
  label,
  value,
  disabled,
  onValue,
}: {
  label: string;
  value: string;
  disabled: boolean;
  onValue: (value: string) => void;
}) {
  return (
    <label className="audit-field">
      {label}
      <input
        className="select"
        type="date"
        value={value}
        disabled={disabled}
        onChange={(event) => onValue(event.target.value)}
      />
    </label>
  );
}

/** The crews that are served now; those of the past come with what is found. */
function useCrewNames(): readonly string[] {
  const store = useDeskStore();
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let wanted = true;
    store.client.crews.list().then(
      (crews) => wanted && setNames(crews.map(({ name }) => name)),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [store]);
  return names;
}
