import type { Page } from 'playwright-core';

export interface SlowPage {
  /** From now on what the server tells the page waits, in order; what the page says still goes through. */
  hold(): { readonly goOn: () => void; readonly lose: () => void };
}

/** Stands between a page and the server's websocket. */
export async function slowDown(page: Page): Promise<SlowPage> {
  let held: (() => void)[] | null = null;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      const pass = () => socket.send(message);
      if (held) held.push(pass);
      else pass();
    });
  });
  return {
    hold: () => {
      held = [];
      return {
        goOn: () => {
          const waiting = held ?? [];
          held = null;
          for (const pass of waiting) pass();
        },
        lose: () => {
          held = null;
        },
      };
    },
  };
}
