import '@xyflow/react/dist/base.css';
import dagre from '@dagrejs/dagre';
import {
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { Mark } from '../shell/icons.tsx';
import { type GraphTask, inReach, TASK_WIDTH } from './graph-layout.ts';
import { markOfTask, type ShownTask } from './shown-tasks.ts';

const HEIGHT = 46;
/** Above and below the tasks, together. */
const ROOM = 48;
/** Wide crews get smaller as far as they can be read; of a wider one the part is shown where something happens. */
const FIT = { padding: 0.04, maxZoom: 1, minZoom: 0.6 };

type TaskNode = Node<{ name: string; status: ShownTask; more: string }, 'task'>;

interface RunGraphProps {
  readonly tasks: readonly GraphTask[];
  readonly states: Readonly<Record<string, ShownTask>>;
  readonly more: Readonly<Record<string, string>>;
}

/** Tasks from left to right by what they wait for. A picture: the same is in the list beside it, for who does not see it. */
export default function RunGraph({ tasks, states, more }: RunGraphProps) {
  const { places, height } = useMemo(() => layOut(tasks), [tasks]);
  const frame = useRef<HTMLDivElement>(null);
  const flow = useRef<ReactFlowInstance<TaskNode> | null>(null);
  const at = whereItIs(tasks, states);
  // React Flow fits its view once; a window changes its width any time, and a run goes on.
  useEffect(() => {
    if (!frame.current) return;
    const fit = () => {
      const shown = inReach(places, at, (frame.current?.clientWidth ?? 0) / FIT.minZoom);
      void flow.current?.fitView({ ...FIT, nodes: shown.map((id) => ({ id })) });
    };
    const watcher = new ResizeObserver(fit);
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, [places, at]);
  const nodes: TaskNode[] = tasks.map(({ key }) => ({
    id: key,
    type: 'task',
    position: places.get(key) ?? { x: 0, y: 0 },
    data: { name: key, status: states[key] ?? 'waiting', more: more[key] ?? '' },
    draggable: false,
    focusable: false,
    selectable: false,
  }));
  const edges: Edge[] = tasks.flatMap(({ key, after }) =>
    after.map((from) => ({
      id: `${from} ${key}`,
      source: from,
      target: key,
      focusable: false,
      className:
        states[from] === 'completed' ? (states[key] === 'skipped' ? 'edge-skipped' : 'edge-passed') : 'edge-waiting',
    })),
  );
  return (
    <div ref={frame} className="graph" style={{ height: height + ROOM }} aria-hidden="true">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={FIT}
        onInit={(instance) => {
          flow.current = instance;
        }}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        preventScrolling={false}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        minZoom={0.2}
        proOptions={{ hideAttribution: true }}
      />
    </div>
  );
}

/** The task that matters most: one that failed, is held, works, or would; else the last that has ended. */
function whereItIs(tasks: readonly GraphTask[], states: RunGraphProps['states']): string | undefined {
  const is = (wanted: ShownTask) => tasks.find(({ key }) => states[key] === wanted)?.key;
  const last = tasks.findLast(({ key }) => states[key] === 'completed')?.key;
  return is('failed') ?? is('held') ?? is('working') ?? is('parked') ?? last;
}

function TaskBox({ data: { name, status, more } }: NodeProps<TaskNode>) {
  return (
    <div className={`task-box is-${markOfTask(status)}`} style={{ width: TASK_WIDTH, height: HEIGHT }}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <p className={`st-${markOfTask(status)}`}>
        <Mark name={markOfTask(status)} />
        <code>{name}</code>
        <span className="push">{status}</span>
      </p>
      <p className="task-more cut">{more}</p>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

const NODE_TYPES = { task: TaskBox };

interface Layout {
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly height: number;
}

function layOut(tasks: readonly GraphTask[]): Layout {
  const graph = new dagre.graphlib.Graph()
    .setGraph({ rankdir: 'LR', ranksep: 44, nodesep: 10 })
    .setDefaultEdgeLabel(() => ({}));
  for (const { key } of tasks) graph.setNode(key, { width: TASK_WIDTH, height: HEIGHT });
  for (const { key, after } of tasks) for (const from of after) if (graph.hasNode(from)) graph.setEdge(from, key);
  dagre.layout(graph);
  const places = tasks.map(({ key }) => {
    const { x, y } = graph.node(key) as { x: number; y: number };
    return [key, { x: x - TASK_WIDTH / 2, y: y - HEIGHT / 2 }] as const;
  });
  return { places: new Map(places), height: graph.graph().height ?? HEIGHT };
}
