import type { Ref } from 'react';
import { Icon } from '../shell/icons.tsx';

interface QueueHeadProps {
  readonly filter: string;
  readonly input: Ref<HTMLInputElement>;
  /** Several are being chosen by touch. */
  readonly picking: boolean;
  readonly canPick: boolean;
  readonly onFilter: (filter: string) => void;
  /** Opens the first that the filter left. */
  readonly onFirst: () => void;
  readonly onPicking: (picking: boolean) => void;
}

/** What is looked for in the queue; and, where no pointer shows the boxes of the rows, a button that does. */
export function QueueHead({ filter, input, picking, canPick, onFilter, onFirst, onPicking }: QueueHeadProps) {
  return (
    <div className="queue-head">
      <label className="filter">
        <Icon name="search" small />
        <span className="vh">Filter the queue</span>
        <input
          ref={input}
          type="search"
          placeholder="Crew, task, order"
          value={filter}
          onChange={(event) => onFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              onFilter('');
              event.currentTarget.blur();
            }
            if (event.key === 'Enter') {
              event.currentTarget.blur();
              onFirst();
              document.getElementById('item')?.focus();
            }
          }}
        />
        <kbd>/</kbd>
      </label>
      {canPick && (
        <button type="button" className="btn pick-several" aria-pressed={picking} onClick={() => onPicking(!picking)}>
          Select<span className="vh"> several</span>
        </button>
      )}
    </div>
  );
}
