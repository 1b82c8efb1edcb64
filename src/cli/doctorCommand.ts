import type { Add } from './program.js';

const example = `
Exits with 1 when the study here (noregret.yml, or the file of --config) needs something that is missing; what it does not need is only listed.
Nothing is installed or started for good, and no value of the environment is printed but CUDA_VISIBLE_DEVICES.`;

export function addDoctor(add: Add): void {
  add('doctor', 'what is available on this machine, with the fix for each thing that is missing', () => import('./doctor.js'))
    .option('-c, --config <file>', 'study file or glob whose needs are checked')
    .addHelpText('after', example);
}
