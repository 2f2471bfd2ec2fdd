import type { Scenario } from '../driver/scenario.ts';
import { decision, help, park, restart, throughput } from './contested.ts';
import { approval, crash, double, faults } from './failures.ts';
import { crewSize, length } from './length.ts';
import { heldNode, nodes } from './nodes.ts';
import { replay } from './replay.ts';
import { watchers } from './watchers.ts';
import { websocket } from './websocket.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...[throughput, decision, websocket, park, restart],
  ...[crash, approval, double, faults],
  ...[replay, length, crewSize],
  ...[nodes, heldNode],
  ...[watchers, help],
];
