import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

type Exports = { readonly [name: string]: unknown };

/** Where a module made here finds what it passes on. */
const PASSED_ON = Symbol.for('holdpoint.own-modules');
const OWN = 'holdpoint-own:';
/** Where the module finds whom to tell that the files are evaluated. */
const BEGUN = Symbol.for('holdpoint.evaluation-begun');
const FIRST = 'holdpoint-first:';
/** Words of the older module system, and `import()`: what it leads to is loaded later, when nobody looks after it here. */
const NOT_STATIC = /\bimport\s*\(|\brequire\b|\bmodule\.exports\b|\b__(?:file|dir)name\b/;

/**
 * A crew file as Node loads it, without its types: a tenth of a second sooner than through a transpiler, whose loading takes longer than
 * all else. `own` are the modules that it gets from here by name; `texts` it and all that it imports by a relative path.
 * @returns null where this Node cannot (enums, imports without extension, older Nodes): whoever can do more is to load it.
 * @throws what the file throws. It is not loaded again then, whatever it throws: what its code did would be done twice.
 */
export async function importNatively(
  path: string,
  { own, texts }: { own: Readonly<Record<string, Exports>>; texts: ReadonlyMap<string, string> },
): Promise<Exports | null> {
  if (!process.features.typescript || [...texts.values()].some((text) => NOT_STATIC.test(text))) return null;
  const files = new Set([...texts.keys()].map((file) => pathToFileURL(file).href));
  const entry = pathToFileURL(path).href;
  // Its own for each file, as Node evaluates a module once.
  const first = `${FIRST}${entry}`;
  let begun = false;
  Object.assign(globalThis, {
    [PASSED_ON]: own,
    [BEGUN]: () => {
      begun = true;
    },
  });
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === first) return { url: first, format: 'module', shortCircuit: true };
      return Object.hasOwn(own, specifier)
        ? { url: `${OWN}${specifier}`, format: 'module', shortCircuit: true }
        : next(specifier, context);
    },
    load(url, context, next) {
      const name = url.startsWith(OWN) ? url.slice(OWN.length) : null;
      if (name !== null) return { format: 'module', source: passingOn(name, own[name] ?? {}), shortCircuit: true };
      if (url === first) return { format: 'module', source: TELLING, shortCircuit: true };
      // Said here, or Node finds it out by trying and warns that this took time.
      const loaded = next(url, files.has(url) ? { ...context, format: formatOf(url) } : context);
      return url === entry ? { ...loaded, source: importing(first, textOf(loaded.source)) } : loaded;
    },
  });
  try {
    return (await import(/* @vite-ignore */ entry)) as Exports;
  } catch (error) {
    if (!begun && isForOthers(error)) return null;
    throw error;
  } finally {
    hooks.deregister();
  }
}

const TELLING = `globalThis[Symbol.for('${BEGUN.description}')]();`;

/** What a module imports first is evaluated before all else. Its lines keep their numbers. */
function importing(first: string, text: string): string {
  const [interpreter = ''] = /^#!.*\n/.exec(text) ?? [];
  return `${interpreter}import ${JSON.stringify(first)}; ${text.slice(interpreter.length)}`;
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

/** Its members are those of the module that runs, not of a second copy: what one makes, the other must know. */
function passingOn(name: string, exports: Exports): string {
  // By numbers: a member may be called what no variable may be, as zod's `catch` is.
  const names = Object.keys(exports).map((name) => JSON.stringify(name));
  return [
    `const own = globalThis[Symbol.for('${PASSED_ON.description}')][${JSON.stringify(name)}];`,
    ...names.map((name, at) => `const v${at} = own[${name}];`),
    `export { ${names.map((name, at) => `v${at} as ${name}`).join(', ')} };`,
  ].join('\n');
}

function formatOf(url: string): string {
  return /\.[mc]?ts$/.test(url) ? 'module-typescript' : 'module';
}

/** Node could not read or link the files. What their own code throws may look the same. */
function isForOthers(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('ERR_');
}
