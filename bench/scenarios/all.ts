import type { Scenario } from '../driver/scenario.ts';
import { decision, help, park, restart, throughput } from './contested.ts';
import { approval, crash, double, faults } from './failures.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...[throughput, decision, park, restart],
  ...[crash, approval, double, faults],
  help,
];
