import type { ReactNode } from 'react';
import type { MarkName } from './mark-name.ts';

const MARKS: Readonly<Record<MarkName, ReactNode>> = {
  automatic: <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.75" />,
  supervised: (
    <>
      <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.75" />
      <path d="M7 2a5 5 0 0 1 0 10z" fill="currentColor" />
    </>
  ),
  approval: <rect x="2" y="2" width="10" height="10" rx="1" fill="currentColor" />,
  human: <path d="M7 .8 13.2 7 7 13.2.8 7z" fill="currentColor" />,
  confirm: (
    <>
      <path d="M3 1.5h5.5L11.5 4.5v8H3z" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" />
      <path d="M5 7.5h4.5M5 10h3" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
    </>
  ),
  overdue: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="M7 3.8V7l2.2 1.5" fill="none" stroke="var(--canvas)" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  completed: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path
        d="m4.2 7.2 2 2 3.6-4"
        fill="none"
        stroke="var(--surface)"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  held: (
    <>
      <rect x="2.5" y="2" width="3.2" height="10" rx=".8" fill="currentColor" />
      <rect x="8.3" y="2" width="3.2" height="10" rx=".8" fill="currentColor" />
    </>
  ),
  working: (
    <>
      <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.75" opacity=".25" />
      <path d="M7 2a5 5 0 1 1-5 5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />
    </>
  ),
  waiting: <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  skipped: (
    <>
      <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.2 2" />
      <path d="M4.8 7h4.4" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  failed: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="m4.8 4.8 4.4 4.4m0-4.4L4.8 9.2" stroke="var(--surface)" strokeWidth="1.6" strokeLinecap="round" />
    </>
  ),
  modified: (
    <path
      d="M2.5 11.5 3 9l6.5-6.5 2 2L5 11z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinejoin="round"
    />
  ),
};

export function Mark({ name }: { name: MarkName }) {
  return (
    <svg className="mark" viewBox="0 0 14 14" aria-hidden="true">
      {MARKS[name]}
    </svg>
  );
}

const ICONS = {
  brand: <path d="M5.1 1.2h5.8l3.9 3.9v5.8l-3.9 3.9H5.1l-3.9-3.9V5.1z" fill="currentColor" stroke="none" />,
  undo: <path d="M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7" />,
  noUndo: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M4.2 4.2 11.8 11.8" />
    </>
  ),
  link: (
    <>
      <circle cx="4" cy="4" r="2" />
      <circle cx="12" cy="12" r="2" />
      <path d="M4 6v3a3 3 0 0 0 3 3h3" />
    </>
  ),
  fork: (
    <>
      <circle cx="4" cy="3.5" r="1.8" />
      <circle cx="4" cy="12.5" r="1.8" />
      <circle cx="12" cy="5.5" r="1.8" />
      <path d="M4 5.3v5.4M12 7.3c0 2.2-8 1.2-8 3.4" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.5 1.5" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 3.5 3.5" />
    </>
  ),
  alert: (
    <>
      <circle cx="8" cy="8" r="6.3" />
      <path d="M8 4.8v3.7M8 11v.1" />
    </>
  ),
  check: <path d="m3 8.5 3.3 3.3L13 5" />,
  right: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  down: <path d="M3.5 6 8 10.5 12.5 6" />,
  back: <path d="M10 3.5 5.5 8l4.5 4.5" />,
  chain: (
    <>
      <rect x="1.5" y="5.5" width="7.5" height="5" rx="2.5" />
      <rect x="7" y="5.5" width="7.5" height="5" rx="2.5" />
    </>
  ),
  offline: <path d="M2 6.5a9 9 0 0 1 5-2M14 6.5a9 9 0 0 0-3-1.6M4.5 9.3A5 5 0 0 1 7 8M2.5 2l11 12M8 12.5v.1" />,
  person: (
    <>
      <circle cx="8" cy="5" r="2.7" />
      <path d="M2.8 14a5.2 5.2 0 0 1 10.4 0" />
    </>
  ),
} as const;

export function Icon({ name, small = false }: { name: keyof typeof ICONS; small?: boolean }) {
  return (
    <svg className={small ? 'i i-s' : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      {ICONS[name]}
    </svg>
  );
}
