import { z } from 'zod';

/** Option of every sampler that learns from main's trials; samplers without it never see them. */
export const warmStart = z.boolean().default(true).describe('Main\'s finished trials serve as prior knowledge where the space still fits.');
