import { z } from 'zod';
import { plugin, type Plugin } from '../model/plugin.js';
import type { Pruner } from '../model/ports.js';
import { asha, ashaOptions } from './asha.js';
import { auto, autoOptions } from './auto.js';
import { hyperband, hyperbandOptions } from './hyperband.js';
import { median, medianOptions } from './median.js';
import { never } from './never.js';
import { patient, patientOptions } from './patient.js';
import { percentile, percentileOptions } from './percentile.js';
import { screen, screenOptions } from './screen.js';
import { sha, shaOptions } from './sha.js';
import { threshold, thresholdOptions } from './threshold.js';
import { wilcoxon, wilcoxonOptions } from './wilcoxon.js';

/** `early_terminate.type` in a configuration -> pruner. */
export const pruners: Readonly<Record<string, Plugin<Pruner>>> = {
  never: plugin(z.strictObject({}), never),
  auto: plugin(autoOptions, auto),
  median: plugin(medianOptions, median),
  percentile: plugin(percentileOptions, percentile),
  threshold: plugin(thresholdOptions, threshold),
  patient: plugin(patientOptions, patient),
  wilcoxon: plugin(wilcoxonOptions, wilcoxon),
  sha: plugin(shaOptions, sha),
  asha: plugin(ashaOptions, asha),
  hyperband: plugin(hyperbandOptions, hyperband),
  screen: plugin(screenOptions, screen),
};
