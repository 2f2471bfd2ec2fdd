import { memo, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import { wordsLeftOut } from './left-out.ts';
import { VisibleText } from './visible-text.tsx';

/** What may stand in a text of somebody else: its structure. Nothing that loads, leads away or takes a hand. */
const SCHEMA: typeof defaultSchema = {
  ...defaultSchema,
  tagNames: [
    'p',
    'br',
    'hr',
    'em',
    'strong',
    'del',
    'blockquote',
    'code',
    'pre',
    'ul',
    'ol',
    'li',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'a',
    'img',
  ],
  attributes: { a: ['href'], img: ['src', 'alt'], ol: ['start'] },
  // Shown as text below, whatever it is: the reader shall see an address of any kind.
  protocols: {},
  clobber: [],
};

/** Headings of the text must not look like headings of the page, to eyes or to screen readers. */
const Heading = ({ children }: { children?: ReactNode }) => (
  <p>
    <strong>{children}</strong>
  </p>
);

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <>
      {children} <Address>{href}</Address>
    </>
  ),
  img: ({ src, alt }) => (
    <>
      [picture{alt ? ': ' : ''}
      <VisibleText text={alt ?? ''} />, not loaded] <Address>{typeof src === 'string' ? src : ''}</Address>
    </>
  ),
  h1: Heading,
  h2: Heading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
};

function Address({ children }: { children: string | undefined }) {
  if (!children) return null;
  return (
    <code className="address">
      <VisibleText text={children} />
    </code>
  );
}

/**
 * A text as markdown, inert: raw HTML stands as text, links and pictures show their address and do nothing, hidden characters are
 * marked, and what markdown would leave out (an unused definition, the title of a link, a cell too many) is told at the end.
 */
export default memo(function SafeMarkdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <Markdown
        remarkPlugins={[remarkGfm, htmlAsText]}
        rehypePlugins={[[rehypeSanitize, SCHEMA], tellLeftOut, markHidden]}
        components={{ ...COMPONENTS, span: Hidden }}
        urlTransform={(url) => url}
      >
        {text}
      </Markdown>
    </div>
  );
});

interface Node {
  type: string;
  value?: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: Node[];
}

/** Raw HTML is not dropped: what somebody wrote is what the reader sees. */
function htmlAsText() {
  const visit = (node: Node) => {
    if (node.type === 'html') node.type = 'text';
    node.children?.forEach(visit);
  };
  return visit;
}

/** Its last paragraph: the words of the text that are nowhere in what is shown of it. */
function tellLeftOut() {
  return (tree: Node, file: { value: unknown }) => {
    const words = wordsLeftOut(String(file.value), textOf(tree));
    if (words.length === 0) return;
    tree.children?.push({
      type: 'element',
      tagName: 'p',
      properties: { className: 'left-out' },
      children: [{ type: 'text', value: `Left out in this view, and part of the text: ${words.join(' ')}` }],
    });
  };
}

function textOf({ value, properties = {}, children = [] }: Node): string {
  return [value, properties.href, properties.src, properties.alt, ...children.map(textOf)]
    .filter((part) => typeof part === 'string')
    .join(' ');
}

const HOLDS_HIDDEN = /[^\n\t\x20-\x7e]|[ \t]{48}|\n{8}/;

/** Marks hidden characters in what is left after sanitising; the marks are ours, so they may be elements. */
function markHidden() {
  const visit = (node: Node) => {
    if (!node.children) return;
    node.children = node.children.flatMap((child) => {
      if (child.type === 'text' && HOLDS_HIDDEN.test(child.value ?? ''))
        return [{ type: 'element', tagName: 'span', properties: { title: child.value }, children: [] }];
      visit(child);
      return [child];
    });
  };
  return visit;
}

function Hidden({ title }: { title?: string | undefined }) {
  return <VisibleText text={title ?? ''} />;
}
