import type { Hold, ReviewClient } from '../../../src/client/index.ts';
import { shortAct } from '../hold/act-sentence.ts';
import { go } from '../router.ts';

const KEY = 'holdpoint.notify';

export function areNotificationsOn(): boolean {
  return (
    typeof Notification !== 'undefined' && Notification.permission === 'granted' && localStorage.getItem(KEY) === '1'
  );
}

/** Asks the browser if it must; whether they are on then. */
export async function turnNotifications(on: boolean): Promise<boolean> {
  if (typeof Notification === 'undefined') return false;
  if (!on) {
    localStorage.removeItem(KEY);
    return false;
  }
  const permission =
    Notification.permission === 'default' ? await Notification.requestPermission() : Notification.permission;
  if (permission === 'granted') localStorage.setItem(KEY, '1');
  return permission === 'granted';
}

/** Tells of new holds while the page is not looked at. Returns how to stop. */
export function notifyOfHolds(client: ReviewClient): () => void {
  return client.on('hold:opened', (hold: Hold) => {
    if (!areNotificationsOn() || document.visibilityState === 'visible') return;
    const note = new Notification(shortAct(hold), {
      body: `${hold.crew ?? ''} ${hold.task ?? ''} waits for a decision.`,
      tag: hold.id,
    });
    note.onclick = () => {
      window.focus();
      go({ page: 'hold', holdId: hold.id });
      note.close();
    };
  });
}
