import type { Page } from 'playwright-core';

/** What a text of somebody else must not bring about on a page, looked for while the page is used. */
export interface PageWatch {
  /** Requests to another host, dialogs, popups, other places, and what the browser's policy had to stop. */
  readonly incidents: readonly string[];
  /** What stands on the page now and should not. */
  faults(): Promise<readonly string[]>;
}

/** Must be called before the page is opened. */
export async function watchPage(page: Page, origin: string): Promise<PageWatch> {
  const incidents: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:')) incidents.push(request.url());
  });
  page.on('dialog', (dialog) => {
    incidents.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => incidents.push(`popup ${popup.url()}`));
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(origin) && frame.url() !== 'about:blank') incidents.push(`went to ${frame.url()}`);
  });
  page.on('pageerror', (error) => incidents.push(`error ${error.message}`));
  await page.exposeFunction('tellViolation', (what: string) => incidents.push(`stopped by the policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      (window as unknown as { tellViolation(what: string): void }).tellViolation(
        `${event.effectiveDirective} ${event.blockedURI}`,
      );
    });
  });
  return { incidents, faults: () => page.evaluate(faultsOnPage) };
}

/** Runs in the page. */
function faultsOnPage(): string[] {
  const faults: string[] = [];
  const tell = (what: string, found: Iterable<Element>) => {
    for (const element of found) faults.push(`${what}: ${element.outerHTML.slice(0, 140)}`);
  };
  const active =
    'script:not([src^="/assets/"]), iframe, frame, object, embed, img, picture, video, audio, source, track, form[action], meta[http-equiv], base, area, map, marquee, math, template, dialog, [popover], a[href^="http"], a[href^="//"], a[href^="javascript" i], a[href^="data"], svg script, svg image, svg use, [ping], [srcdoc]';
  tell('active', document.querySelectorAll(active));
  tell(
    'loading',
    [...document.querySelectorAll('link')].filter(({ href }) => !href.startsWith(location.origin)),
  );
  for (const element of document.querySelectorAll('*'))
    for (const { name } of element.attributes) if (name.startsWith('on')) tell('handler', [element]);
  // A text may have a structure of its own, and nothing else.
  const theirs =
    '.markdown *, .rawtext *, .val *, .claimbox blockquote *, .known li > :last-child *, .talk bdi *, .pretty *, h1 *';
  const tags =
    /^(P|BR|HR|EM|STRONG|DEL|INS|S|BLOCKQUOTE|CODE|PRE|UL|OL|LI|TABLE|THEAD|TBODY|TR|TH|TD|SPAN|DIV|DL|DT|DD|SUMMARY|DETAILS|BUTTON|BDI)$/;
  for (const element of document.querySelectorAll(theirs)) {
    const isSwitch = element.matches('.textblock-switch');
    if (!tags.test(element.tagName) || (element.tagName === 'BUTTON' && !isSwitch)) tell('element', [element]);
    for (const { name } of element.attributes)
      if (!/^(class|title|start|data-change|open)$/.test(name) && !isSwitch) tell(`attribute ${name}`, [element]);
  }
  const globals = Object.keys(window).filter((key) => key.startsWith('forged'));
  if (globals.length > 0 || Object.keys(Object.prototype).length > 0) faults.push(`ran: ${globals.join()}`);
  const hidden = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) texts.push(node.nodeValue ?? '');
  for (const element of document.querySelectorAll('[title], [aria-label], [placeholder], [alt]'))
    texts.push(...['title', 'aria-label', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? ''));
  for (const text of texts) if (hidden.test(text)) faults.push(`unmarked: ${JSON.stringify(text).slice(0, 120)}`);
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) {
    const beyond = [...document.querySelectorAll('body *')].filter(
      (element) => Math.round(element.getBoundingClientRect().right) === window.innerWidth + wide,
    );
    tell(`the page is ${wide} px too wide`, beyond.slice(-1));
  }
  return faults;
}

/** How many hidden characters are marked inside an element, runs counted as what they stand for. Runs in the page. */
export function markedIn(element: Element): number {
  return [...element.querySelectorAll('.hid:not(.alike, .pad)')].reduce((sum, mark) => {
    const text = mark.textContent ?? '';
    const times = /×([\d,]+)$/.exec(text)?.[1]?.replaceAll(',', '');
    const spelt = /^tags "(.*)"$/s.exec(text)?.[1];
    const many = /^(\d+) hidden characters/.exec(mark.getAttribute('title') ?? '')?.[1];
    return sum + Number(times ?? spelt?.length ?? many ?? 1);
  }, 0);
}
