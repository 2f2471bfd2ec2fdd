import { Dialog } from './dialog.tsx';

const KEYS: readonly (readonly [keys: string, act: string])[] = [
  ['j', 'next hold'],
  ['k', 'hold before'],
  ['/', 'filter the queue'],
  ['n', 'show what is new'],
  ['a', 'approve, once it has been on the screen'],
  ['e', 'edit'],
  ['d', 'next difference in a changed text'],
  ['r', 'reject, then 1 to 9 or 0 for the reason'],
  ['c', 'comment'],
  ['m', 'claim it (mine)'],
  ['x', 'select for approving several'],
  ['b', 'go to the button that approves those'],
  ['u', 'undo the newest that can be undone'],
  ['1 … 9', 'choose an answer, where there are some'],
  ['ctrl ⏎', 'send what is open (⌘⏎ on a Mac)'],
  ['esc', 'back, without sending'],
  ['s', 'start a run'],
  ['← →', 'of a run: one event back or forward in time'],
  ['o', 'of a run: open the hold that it waits at'],
  ['f', 'of a run: fork it from the event that is shown'],
  ['?', 'this sheet'],
];

export default function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title="Keys">
      <dl className="keysheet">
        {KEYS.map(([keys, act]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{act}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
